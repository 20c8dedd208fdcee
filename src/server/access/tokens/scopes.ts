import { Failure } from '../../../errors/failure.ts'
import type { Actor } from '../../http/actor.ts'
import { isAdministrator, isAuditor } from '../rights.ts'

/** Scopes that stand alone. */
const plainScopes = ['admin', 'audit', 'metrics', 'add'] as const
/** Scopes of the kind `verb:OBJECT`; the object is compared exactly, `*` means all. */
const verbs = ['verify', 'explain', 'enrol', 'reveal', 'manage', 'door', 'gate'] as const

/** Whether a text is a scope we know. */
export function isScope(scope: string): boolean {
  if ((plainScopes as readonly string[]).includes(scope)) return true
  const colon = scope.indexOf(':')
  return colon > 0 && colon < scope.length - 1 && (verbs as readonly string[]).includes(scope.slice(0, colon))
}

/**
 * Refuses scopes nobody knows and those that reach beyond whoever makes the token.
 *
 * A person's token is narrowed by that person's rights at every use, so only what no person has by itself
 * (verifying, enrolling, doors) needs an administrator here.
 *
 * @throws {@link Failure} `scope_unknown`, `scope_beyond_rights`
 */
export function refuseScopesBeyond(actor: Actor, scopes: readonly string[]): void {
  for (const scope of scopes) {
    if (!isScope(scope)) throw new Failure('scope_unknown', { detail: { scope: scope.slice(0, 64) } })
    if (!mayHandOut(actor, scope)) throw new Failure('scope_beyond_rights', { detail: { scope } })
  }
}

function mayHandOut(actor: Actor, scope: string): boolean {
  if (isAdministrator(actor)) return true
  if (scope === 'audit') return isAuditor(actor)
  return scope === 'add' || scope.startsWith('reveal:') || scope.startsWith('manage:') || scope.startsWith('gate:')
}
