import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit } from '../context.ts'
import type { Claims } from './claims.ts'

/** Audits a login through the provider that came to nothing; who it was is told as a keyed hash. */
export async function auditRefusal(
  context: AccessContext,
  claims: Claims | null,
  address: string,
  reason: string,
): Promise<void> {
  const stranger: Actor = { kind: 'stranger', address }
  const name = claims === null ? 'sign-on' : `${claims.issuer} ${claims.subject}`
  await context.storage.transaction((tx) =>
    audit(context, tx, stranger, {
      action: 'person.login',
      objectKind: 'person',
      objectId: context.audit.unknownName(name),
      outcome: 'refused',
      reason,
      detail: { how: 'sign-on' },
    }),
  )
}

/** How surely the provider knew somebody, for the audit. */
export function told({ assurance }: Claims) {
  return { acr: assurance.acr, amr: [...assurance.amr], authTimeMs: assurance.authTimeMs }
}
