import type { ServiceActor } from '../../../src/server/http/actor.ts'

/** A token with these scopes. */
export function tokenWith(...scopes: string[]): ServiceActor {
  return { kind: 'service', tokenId: 'token-1', name: 'shop', scopes, address: '192.0.2.1' }
}
