import type { AuditEvent } from '../../audit/event.ts'
import type { By } from '../../subjects/audited.ts'
import type { OldValidation } from './old-database.ts'

/** A past validation as the audit keeps it. */
export function validationEvent(
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
