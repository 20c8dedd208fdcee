import { Failure } from '../../../errors/failure.ts'
import type { Actor } from '../../http/actor.ts'
import { isReserved } from '../../subjects/reserved.ts'
import { isAdministrator, isAuditor } from '../rights.ts'
import type { AccessToken, GateLimits } from './store.ts'

/** Scopes that stand alone. */
const plainScopes = ['admin', 'audit', 'metrics', 'add'] as const
/** Scopes of the kind `verb:OBJECT`; the object is compared exactly, `*` means all. */
const verbs = ['verify', 'explain', 'enrol', 'reveal', 'manage', 'door', 'gate'] as const

const realmVerbs: readonly string[] = ['verify', 'explain', 'enrol']

/** Whether a text is a scope we know. Reserved realms are in nobody's reach, so no scope names them. */
function isScope(scope: string): boolean {
  if ((plainScopes as readonly string[]).includes(scope)) return true
  const colon = scope.indexOf(':')
  const [verb, object] = [scope.slice(0, Math.max(colon, 0)), scope.slice(colon + 1)]
  if (realmVerbs.includes(verb) && isReserved(object)) return false
  return object !== '' && (verbs as readonly string[]).includes(verb)
}

/** Whether scopes are meant for the gate; the word behind `gate:` is a name for people, the limits say what opens. */
export function areForGate(scopes: readonly string[]): boolean {
  return scopes.some((scope) => scope.startsWith('gate:'))
}

/** Whether a token may pass the gate: it has a scope that says so, and limits to pass within. */
export function isGateToken<T extends Pick<AccessToken, 'scopes' | 'gateLimits'>>(
  token: T,
): token is T & { readonly gateLimits: GateLimits } {
  return token.gateLimits !== null && areForGate(token.scopes)
}

/**
 * Refuses scopes nobody knows and those that reach beyond whoever makes the token.
 *
 * A person's token is narrowed by that person's rights at every use. What only administrators may (verifying, enrolling,
 * doors) is refused here already, so that nobody carries a token that opens nothing.
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
