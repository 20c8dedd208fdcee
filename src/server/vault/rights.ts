import { isAdministrator } from '../access/rights.ts'
import type { Actor } from '../http/actor.ts'

/** Who may do what with one account. `granteeId` is `everyone` for the built-in group. */
export interface AccountGrant {
  readonly id: string
  readonly accountId: string
  readonly grantee: 'person' | 'group' | 'everyone'
  readonly granteeId: string
  readonly right: 'reveal' | 'manage'
  /** Unix milliseconds; null never ends. */
  readonly expiresAtMs: number | null
  readonly grantedBy: string
  readonly createdAtMs: number
}

/** What an actor may do with one account. Neither right contains the other. */
export interface AccountRights {
  readonly mayReveal: boolean
  readonly mayManage: boolean
}

/**
 * What the actor may do with an account at this moment.
 *
 * Administrators manage every account and see the codes of none that nobody granted them. A token of a person
 * may what the person may and its scopes name; a service may what its scopes name, word for word.
 */
export function rightsOn(
  actor: Actor,
  accountId: string,
  grants: readonly AccountGrant[],
  nowMs: number,
): AccountRights {
  const granted = (right: AccountGrant['right']) =>
    actor.kind === 'person' && grants.some((grant) => grant.right === right && covers(grant, actor, accountId, nowMs))
  switch (actor.kind) {
    case 'stranger':
      return { mayReveal: false, mayManage: false }
    case 'operator':
      return { mayReveal: false, mayManage: true }
    case 'person':
      return {
        mayReveal: granted('reveal') && scopeNames(actor.scopes, 'reveal', accountId),
        mayManage: isAdministrator(actor) || (granted('manage') && managesByScope(actor.scopes, accountId)),
      }
    case 'service':
    case 'root':
      return {
        mayReveal: scopeNames(actor.scopes, 'reveal', accountId),
        mayManage: managesByScope(actor.scopes, accountId),
      }
  }
}

/** Whether there is anything the actor may do with an account, and so whether they may know of it. */
export function maySee({ mayReveal, mayManage }: AccountRights): boolean {
  return mayReveal || mayManage
}

/**
 * The accounts the scopes of an actor's token name.
 *
 * @returns null when they name no single ones: there is no token, or it says `*` or `admin`
 */
export function accountsNamedByScopes(actor: Actor): readonly string[] | null {
  const scopes = 'scopes' in actor ? actor.scopes : undefined
  if (scopes === undefined) return null
  if (scopes.some((scope) => scope === 'admin' || scope === 'reveal:*' || scope === 'manage:*')) return null
  return scopes.flatMap((scope) => /^(?:reveal|manage):(.+)$/s.exec(scope)?.[1] ?? [])
}

function covers(grant: AccountGrant, actor: Actor & { kind: 'person' }, accountId: string, nowMs: number): boolean {
  if (grant.accountId !== accountId) return false
  if (grant.expiresAtMs !== null && grant.expiresAtMs <= nowMs) return false
  switch (grant.grantee) {
    case 'everyone':
      return true
    case 'person':
      return grant.granteeId === actor.personId
    case 'group':
      return actor.groupIds.includes(grant.granteeId)
  }
}

function scopeNames(scopes: readonly string[] | undefined, verb: string, accountId: string): boolean {
  return scopes === undefined || scopes.includes(`${verb}:${accountId}`) || scopes.includes(`${verb}:*`)
}

function managesByScope(scopes: readonly string[] | undefined, accountId: string): boolean {
  return scopeNames(scopes, 'manage', accountId) || (scopes?.includes('admin') ?? false)
}
