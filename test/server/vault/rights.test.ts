import { describe, expect, it } from 'vitest'
import type { Actor, PersonActor } from '../../../src/server/http/actor.ts'
import { accountsNamedByScopes, type AccountGrant, rightsOn } from '../../../src/server/vault/rights.ts'
import { testService } from '../../support/vault.ts'

const nowMs = 1_000_000

const ana: PersonActor = {
  kind: 'person',
  personId: 'ana',
  username: 'ana',
  role: 'member',
  groupIds: ['everyone', 'platform'],
  mayAddAccounts: false,
  address: '127.0.0.1',
  sessionId: 's',
  factors: 'two',
  authenticatedAtMs: nowMs,
}

const grant = (change: Partial<AccountGrant> = {}): AccountGrant => ({
  id: 'g',
  accountId: 'aws',
  grantee: 'person',
  granteeId: 'ana',
  right: 'reveal',
  expiresAtMs: null,
  grantedBy: 'root',
  createdAtMs: 0,
  ...change,
})

const rights = (actor: Actor, ...grants: AccountGrant[]) => rightsOn(actor, 'aws', grants, nowMs)
const none = { mayReveal: false, mayManage: false }

describe('rightsOn', () => {
  it('gives nothing without a grant', () => {
    expect(rights(ana)).toEqual(none)
    expect(rights(ana, grant({ granteeId: 'ben' }), grant({ accountId: 'other' }))).toEqual(none)
  })

  it('gives what was granted to the person, to a group of theirs, or to everyone', () => {
    expect(rights(ana, grant())).toEqual({ mayReveal: true, mayManage: false })
    expect(rights(ana, grant({ grantee: 'group', granteeId: 'platform' })).mayReveal).toBe(true)
    expect(rights(ana, grant({ grantee: 'group', granteeId: 'finance' })).mayReveal).toBe(false)
    expect(rights(ana, grant({ grantee: 'everyone', granteeId: 'everyone' })).mayReveal).toBe(true)
  })

  it('never takes a person id for a group id', () => {
    expect(rights(ana, grant({ grantee: 'group', granteeId: 'ana' }))).toEqual(none)
    expect(rights(ana, grant({ grantee: 'person', granteeId: 'platform' }))).toEqual(none)
  })

  it('keeps manage and reveal apart', () => {
    expect(rights(ana, grant({ right: 'manage' }))).toEqual({ mayReveal: false, mayManage: true })
  })

  it('T96 ends a grant at its time and a group grant with the membership', () => {
    expect(rights(ana, grant({ expiresAtMs: nowMs + 1 })).mayReveal).toBe(true)
    expect(rights(ana, grant({ expiresAtMs: nowMs })).mayReveal).toBe(false)
    const platform = grant({ grantee: 'group', granteeId: 'platform' })
    expect(rights({ ...ana, groupIds: ['everyone'] }, platform).mayReveal).toBe(false)
  })

  it('T86 lets administrators manage but not see codes in silence', () => {
    expect(rights({ ...ana, role: 'administrator' })).toEqual({ mayReveal: false, mayManage: true })
    expect(rights({ ...ana, role: 'administrator', factors: 'one' })).toEqual(none)
    expect(rights({ kind: 'operator', name: 'op', address: '' })).toEqual({ mayReveal: false, mayManage: true })
    const root: Actor = { kind: 'root', tokenId: 't', scopes: ['admin'], address: '' }
    expect(rights(root)).toEqual({ mayReveal: false, mayManage: true })
  })

  it('narrows a person by the scopes of their token and never widens', () => {
    const token = (...scopes: string[]) => ({ ...ana, tokenId: 't', scopes })
    expect(rights(token('reveal:aws'), grant()).mayReveal).toBe(true)
    expect(rights(token('reveal:*'), grant()).mayReveal).toBe(true)
    expect(rights(token('reveal:aws'))).toEqual(none)
    expect(rights(token('reveal:aws2', 'reveal:a', 'verify:aws', 'admin'), grant()).mayReveal).toBe(false)
  })

  it('lets a token manage by a grant of its person and a scope that says so, never by one of them', () => {
    const token = (...scopes: string[]) => ({ ...ana, tokenId: 't', scopes })
    const managed = grant({ right: 'manage' })
    for (const scope of ['manage:aws', 'manage:*', 'admin']) {
      expect(rights(token(scope), managed), scope).toEqual({ mayReveal: false, mayManage: true })
      expect(rights(token(scope)), scope).toEqual(none)
    }
    for (const scope of ['reveal:aws', 'reveal:*', 'manage:aws2', 'manage:', 'add']) {
      expect(rights(token(scope), managed), scope).toEqual(none)
    }
  })

  it('gives a service what its scopes name word for word, and no grant for everyone', () => {
    expect(rights(testService('reveal:aws'))).toEqual({ mayReveal: true, mayManage: false })
    expect(rights(testService('reveal:AWS', 'reveal:aw', 'reveal:'))).toEqual(none)
    expect(rights(testService('verify:x'), grant({ grantee: 'everyone', granteeId: 'everyone' }))).toEqual(none)
  })

  it('gives a stranger nothing', () => {
    expect(rights({ kind: 'stranger', address: '' }, grant({ grantee: 'everyone', granteeId: 'everyone' }))).toEqual(
      none,
    )
  })
})

describe('accountsNamedByScopes', () => {
  it('names single accounts, or none at all', () => {
    expect(accountsNamedByScopes(ana)).toBeNull()
    expect(accountsNamedByScopes(testService('reveal:*', 'reveal:a'))).toBeNull()
    expect(accountsNamedByScopes(testService('reveal:a', 'manage:b', 'verify:c'))).toEqual(['a', 'b'])
  })
})
