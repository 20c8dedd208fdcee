import type { JWTVerifyGetKey } from 'jose'
import { askProvider, ProviderAtFault } from './ask-provider.ts'
import type { Provider } from './provider.ts'
import { isLoopbackAddress } from './settings.ts'

/** Signatures by a key the provider alone holds; never `none`, never a shared secret. */
export const signatureAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
]

const keptKeys = new WeakMap<Provider, JWTVerifyGetKey>()

/**
 * The provider's public keys, fetched when first needed and, at most twice a minute, again for a key id nobody knows:
 * whoever sends forged tokens here must not make us ask the provider about each of them.
 *
 * @throws {@link ProviderAtFault} where it names no address that keys may come from
 */
export async function keysOf(provider: Provider): Promise<JWTVerifyGetKey> {
  const kept = keptKeys.get(provider)
  if (kept !== undefined) return kept
  const { createRemoteJWKSet, customFetch } = await import('jose')
  const keys = createRemoteJWKSet(keyAddress(provider), { timeoutDuration: 10_000, [customFetch]: askProvider })
  keptKeys.set(provider, keys)
  return keys
}

/**
 * Where the provider's keys are fetched from: those that came over a line anybody can write on would vouch for nothing.
 *
 * @throws {@link ProviderAtFault}
 */
export function keyAddress({ configuration, settings }: Provider): URL {
  const address = URL.parse(configuration.serverMetadata().jwks_uri ?? '')
  const isSafe = address?.protocol === 'https:' || (address?.protocol === 'http:' && isLoopbackAddress(settings.issuer))
  if (address === null || !isSafe) throw new ProviderAtFault('it names no https address of its keys')
  return address
}
