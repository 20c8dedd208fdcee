import * as client from 'openid-client'
import { type Remark, remark } from '../../../errors/remarks.ts'
import { askProvider } from './ask-provider.ts'
import { keyAddress } from './keys.ts'
import { discoverProvider, type Provider, reasonOf } from './provider.ts'
import { isLoopbackAddress, type SignOnSettings } from './settings.ts'

/** What trying some settings found; it works when nothing was found. */
export interface Trial {
  readonly works: boolean
  readonly findings: Remark[]
}

/** Tries settings against their provider without logging anybody in, and says what is wrong. */
export async function trySettings(settings: SignOnSettings, redirectUri: string): Promise<Trial> {
  let provider: Provider
  try {
    provider = await discoverProvider(settings)
  } catch (cause) {
    const finding = remark('sign_on_unreachable', { issuer: settings.issuer, reason: reasonOf(cause) })
    return { works: false, findings: [finding] }
  }
  const findings = [
    ...documentFindings(provider),
    ...(await keyFindings(provider)),
    ...(await clientFindings(provider, redirectUri)),
  ]
  return { works: findings.length === 0, findings }
}

/**
 * What an operator should know about the redirect address.
 *
 * @param askedHost - the host that a request came by, as its browser sees it
 */
export function redirectRemarks(address: string, askedHost: string): Remark[] {
  const isSafe = address.startsWith('https:') || isLoopbackAddress(address)
  const isThere = new URL(address).host === askedHost
  return [
    ...(isSafe ? [] : [remark('redirect_not_https', { address })]),
    ...(isThere ? [] : [remark('redirect_elsewhere', { address, host: askedHost })]),
  ]
}

function documentFindings({ configuration, settings }: Provider): Remark[] {
  const server = configuration.serverMetadata()
  const unsupported = settings.scopes.filter((scope) => server.scopes_supported?.includes(scope) === false)
  return [
    ...(server.authorization_endpoint === undefined ? [remark('sign_on_no_authorization')] : []),
    ...(server.token_endpoint === undefined ? [remark('sign_on_no_tokens')] : []),
    ...(server.jwks_uri === undefined ? [remark('sign_on_no_key_address')] : []),
    ...(server.response_types_supported?.includes('code') === false ? [remark('sign_on_no_code_flow')] : []),
    ...unsupported.map((scope) => remark('sign_on_scope_unknown', { scope })),
  ]
}

async function keyFindings(provider: Provider): Promise<Remark[]> {
  if (provider.configuration.serverMetadata().jwks_uri === undefined) return []
  try {
    const response = await askProvider(keyAddress(provider), { signal: AbortSignal.timeout(10_000), redirect: 'error' })
    const body: unknown = await response.json()
    const isFull = typeof body === 'object' && body !== null && 'keys' in body && Array.isArray(body.keys)
    return isFull && (body.keys as unknown[]).length > 0 ? [] : [remark('sign_on_no_keys')]
  } catch (cause) {
    return [remark('sign_on_keys_unreachable', { reason: reasonOf(cause) })]
  }
}

// A code nobody issued: a provider that knows the client says the code is wrong, otherwise that the client is.
async function clientFindings({ configuration }: Provider, redirectUri: string): Promise<Remark[]> {
  const returned = new URL(redirectUri)
  returned.searchParams.set('code', 'a-code-nobody-issued')
  const { issuer, authorization_response_iss_parameter_supported: needsIssuer } = configuration.serverMetadata()
  if (needsIssuer === true) returned.searchParams.set('iss', issuer)
  try {
    await client.authorizationCodeGrant(configuration, returned, { pkceCodeVerifier: client.randomPKCECodeVerifier() })
    return []
  } catch (cause) {
    const error = cause instanceof client.ResponseBodyError ? cause.error : null
    if (error === 'invalid_grant' || error === 'invalid_request') return []
    if (cause instanceof client.WWWAuthenticateChallengeError || error === 'invalid_client') {
      return [remark('sign_on_client_unknown')]
    }
    if (error === 'unauthorized_client') return [remark('sign_on_client_not_allowed')]
    return [remark('sign_on_tokens_odd', { reason: reasonOf(cause) })]
  }
}
