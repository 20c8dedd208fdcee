import { Failure } from '../../errors/failure.ts'
import type { Actor, PersonActor } from '../http/actor.ts'

/**
 * Whether the actor administers Watchword: the operator and the root token; an administrator who logged in
 * with two factors; a token of an administrator or a service token with the scope `admin`.
 */
export function isAdministrator(actor: Actor): boolean {
  switch (actor.kind) {
    case 'operator':
      return true
    case 'root':
    case 'service':
      return actor.scopes.includes('admin')
    case 'person':
      return mayRule(actor) && scopesAllow(actor.scopes, 'admin')
    case 'stranger':
      return false
  }
}

/** Whether the actor may read the audit. */
export function isAuditor(actor: Actor): boolean {
  if (isAdministrator(actor)) return true
  if (actor.kind === 'service' || actor.kind === 'root') return actor.scopes.includes('audit')
  return (
    actor.kind === 'person' && actor.role === 'auditor' && actor.factors === 'two' && scopesAllow(actor.scopes, 'audit')
  )
}

/** Whether the actor may add accounts to the vault. */
export function mayAddAccounts(actor: Actor): boolean {
  if (isAdministrator(actor)) return true
  return actor.kind === 'person' && actor.mayAddAccounts && actor.factors === 'two' && scopesAllow(actor.scopes, 'add')
}

/**
 * Whether the actor may do something in a realm or behind a door: `verb:OBJECT` covers an object exactly or as
 * `verb:*`. Names are compared exactly: a scope never matches by prefix (T63).
 *
 * Only administrators may it by themselves, so a person's token opens it as long as that person is one (T96).
 */
export function hasScope(actor: Actor, verb: string, object: string): boolean {
  switch (actor.kind) {
    case 'operator':
      return true
    case 'root':
    case 'service':
      return covers(actor.scopes, verb, object)
    case 'person':
      return mayRule(actor) && (actor.scopes === undefined || covers(actor.scopes, verb, object))
    case 'stranger':
      return false
  }
}

/** Whether the actor may read the metrics from afar. */
export function mayReadMetrics(actor: Actor): boolean {
  if (isAdministrator(actor)) return true
  if (actor.kind === 'service' || actor.kind === 'root') return actor.scopes.includes('metrics')
  return actor.kind === 'person' && mayRule(actor) && scopesAllow(actor.scopes, 'metrics')
}

/** Throws `login_needed` for strangers, so that an answer tells 401 from 403. */
export function requireKnown(actor: Actor): void {
  if (actor.kind === 'stranger') throw new Failure('login_needed')
}

/** Throws unless the actor administers Watchword. */
export function requireAdministrator(actor: Actor): void {
  requireKnown(actor)
  if (!isAdministrator(actor)) throw new Failure('forbidden')
}

/** Throws unless the actor may read the audit. */
export function requireAuditor(actor: Actor): void {
  requireKnown(actor)
  if (!isAuditor(actor)) throw new Failure('forbidden')
}

// At this moment: what the role was when a token was made counts for nothing.
function mayRule({ role, factors }: PersonActor): boolean {
  return role === 'administrator' && factors === 'two'
}

function covers(scopes: readonly string[], verb: string, object: string): boolean {
  return scopes.includes(`${verb}:${object}`) || scopes.includes(`${verb}:*`) || scopes.includes('admin')
}

// A person's token narrows what the person may do; a session has no scopes and narrows nothing.
function scopesAllow(scopes: readonly string[] | undefined, scope: string): boolean {
  return scopes === undefined || scopes.includes(scope) || scopes.includes('admin')
}
