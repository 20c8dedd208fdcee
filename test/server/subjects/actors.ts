import type { PersonActor, ServiceActor } from '../../../src/server/http/actor.ts'

/** A token with these scopes. */
export function tokenWith(...scopes: string[]): ServiceActor {
  return { kind: 'service', tokenId: 'token-1', name: 'shop', scopes, address: '192.0.2.1' }
}

/** One of the tokens of an administrator. */
export function administratorWith(tokenId: string, scopes: readonly string[]): PersonActor {
  return {
    kind: 'person',
    personId: 'ada',
    username: 'ada',
    role: 'administrator',
    groupIds: [],
    mayAddAccounts: true,
    address: '192.0.2.1',
    factors: 'two',
    authenticatedAtMs: 0,
    tokenId,
    scopes,
  }
}
