import type { AuditEvent } from '../../audit/event.ts'
import type { Core } from '../../audit/core.ts'
import type { Tx } from '../../database/storage.ts'
import type { By } from '../../subjects/audited.ts'
import type { OldDatabase, OldValidation } from './old-database.ts'
import { importedRows } from './store.ts'

const auditAtOnce = 500

/** Takes over past validations into the audit, each once; answers how many of them are new. */
export async function importValidations(tx: Tx, core: Core, old: OldDatabase, by: By): Promise<number> {
  const known = (await importedRows(tx)) ?? 0
  const fresh = old.audit.filter(({ id }) => id > known)
  const issuerIds = new Map(old.issuers.map(({ id, name }) => [name, id]))
  for (let start = 0; start < fresh.length; start += auditAtOnce) {
    const rows = fresh.slice(start, start + auditAtOnce)
    await core.audit.append(
      tx,
      rows.map((row) => eventOf(row, issuerIds.get(row.issuer), by)),
    )
  }
  const highest = fresh.reduce((most, { id }) => Math.max(most, id), known)
  await importedRows(tx, highest)
  return fresh.length
}

function eventOf(
  { id, issuer, user, step, accepted, atMs }: OldValidation,
  issuerId: string | undefined,
  by: By,
): AuditEvent {
  return {
    action: 'subject.verify',
    actorKind: by.actor.kind,
    actorId: 'import',
    actorName: 'import of tiny-mfa',
    objectKind: 'subject',
    objectId: `tiny-mfa:${issuer}/${user}`,
    objectName: user,
    ...(issuerId === undefined ? {} : { realmId: issuerId }),
    outcome: accepted ? 'accepted' : 'refused',
    detail: { door: 'tiny-mfa', realm: issuer, importedId: id, importedStep: step, importedAtMs: atMs },
  }
}
