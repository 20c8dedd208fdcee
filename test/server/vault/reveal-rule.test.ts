import { describe, expect, it } from 'vitest'
import type { ServiceActor } from '../../../src/server/http/actor.ts'
import type { VaultAccount } from '../../../src/server/vault/account.ts'
import { decideReveal, type RevealFacts, type RevealWish } from '../../../src/server/vault/reveal-rule.ts'

const nowMs = 30_000_000
const noBytes = new Uint8Array()

const account: VaultAccount = {
  id: 'a1',
  label: 'AWS',
  identifier: 'root',
  issuer: '',
  url: '',
  tags: [],
  note: '',
  type: 'totp',
  algorithm: 'SHA1',
  digits: 6,
  periodSeconds: 30,
  counter: 7,
  publicKey: 'k',
  sealedSecret: noBytes,
  secretHash: noBytes,
  secretVersion: 2,
  previousSecret: noBytes,
  previousUntilMs: nowMs + 1,
  lease: 'exclusive',
  stepUp: 'off',
  signOnDemand: null,
  marked: false,
  rotateReason: null,
  rotateSinceMs: null,
  createdBy: 'ada',
  createdAtMs: 0,
  updatedAtMs: 0,
  deletedAtMs: null,
}

const actor: ServiceActor = {
  kind: 'service',
  address: '127.0.0.1',
  tokenId: 't1',
  name: 'deploy',
  scopes: ['reveal:a1'],
}

const previous: RevealWish = {
  actor,
  minSeconds: 0,
  wantsNext: false,
  wantsPrevious: true,
  hasWaited: false,
  actKey: null,
}

function facts(change: Partial<VaultAccount> = {}, others: Partial<RevealFacts> = {}): RevealFacts {
  return { account: { ...account, ...change }, grants: [], leases: [], nowMs, ...others }
}

describe('the code of the secret before', () => {
  it('is told while the secret can come back, and not at the moment it cannot', () => {
    expect(decideReveal(previous, facts())).toMatchObject({ kind: 'reveal' })
    for (const previousUntilMs of [nowMs, null]) {
      const late = decideReveal(previous, facts({ previousUntilMs }))
      expect(late).toEqual({ kind: 'denied', failure: 'account_no_previous_secret' })
    }
  })

  it('takes no lease and asks for none: the service wants the codes of the present secret', () => {
    const held = { step: nowMs / 30_000, holderId: 'bob', holderName: 'bob', atMs: nowMs }
    const decision = decideReveal(previous, facts({}, { leases: [held] }))
    expect(decision).toMatchObject({ kind: 'reveal', step: held.step, leases: [] })
    expect(decideReveal({ ...previous, wantsPrevious: false }, facts({}, { leases: [held] }))).toMatchObject({
      kind: 'held',
    })
  })

  it('moves no counter and needs no key of the act', () => {
    const decision = decideReveal(previous, facts({ type: 'hotp' }))
    expect(decision).toMatchObject({ kind: 'reveal', counter: null })
    expect(decideReveal({ ...previous, wantsPrevious: false }, facts({ type: 'hotp' }))).toEqual({
      kind: 'denied',
      failure: 'reveal_key_missing',
    })
  })
})
