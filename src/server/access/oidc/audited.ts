import type { Actor } from '../../http/actor.ts'
import type { Tx } from '../../database/storage.ts'
import { type AccessContext, audit } from '../context.ts'
import { personObject } from '../people/people.ts'
import { personByProvider } from '../people/store.ts'
import type { Claims } from './claims.ts'

/** Audits a login through the provider that came to nothing; whom nobody knows here is told as a keyed hash. */
export async function auditRefusal(
  context: AccessContext,
  claims: Claims | null,
  address: string,
  reason: string,
): Promise<void> {
  const stranger: Actor = { kind: 'stranger', address }
  await context.storage.transaction(async (tx) =>
    audit(context, tx, stranger, {
      action: 'person.login',
      ...(await objectOf(context, tx, claims)),
      outcome: 'refused',
      reason,
      detail: { how: 'sign-on' },
    }),
  )
}

async function objectOf({ audit: trail }: AccessContext, tx: Tx, claims: Claims | null) {
  const person = claims === null ? null : await personByProvider(tx, claims.issuer, claims.subject)
  if (person !== null) return personObject(person)
  const name = claims === null ? 'sign-on' : `${claims.issuer} ${claims.subject}`
  return { objectKind: 'person', objectId: trail.unknownName(name) }
}

/** How surely the provider knew somebody, for the audit. */
export function told({ assurance }: Claims) {
  return { acr: assurance.acr, amr: [...assurance.amr], authTimeMs: assurance.authTimeMs }
}
