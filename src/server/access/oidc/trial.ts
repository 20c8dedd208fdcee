import * as client from 'openid-client'
import { discoverProvider, type Provider, reasonOf } from './provider.ts'
import { isLoopbackAddress, type SignOnSettings } from './settings.ts'

/** What trying some settings found, in sentences; it works when nothing was found. */
export interface Trial {
  readonly works: boolean
  readonly findings: string[]
}

/** Tries settings against their provider without logging anybody in, and says what is wrong. */
export async function trySettings(settings: SignOnSettings, redirectUri: string): Promise<Trial> {
  let provider: Provider
  try {
    provider = await discoverProvider(settings)
  } catch (cause) {
    const finding = `The provider at ${settings.issuer} could not be asked about itself: ${reasonOf(cause)}.`
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
export function redirectFindings(redirectUri: string, askedHost: string): string[] {
  const { host } = new URL(redirectUri)
  const isSafe = redirectUri.startsWith('https:') || isLoopbackAddress(redirectUri)
  return [
    ...(isSafe
      ? []
      : [`The redirect address ${redirectUri} is not https; set WATCHWORD_PUBLIC_URL to the address people use.`]),
    ...(host === askedHost
      ? []
      : [
          `The redirect address ${redirectUri} is not on ${askedHost}, by which this request came: a login that begins there ends on another host and is refused. Use one host, and set WATCHWORD_PUBLIC_URL to it.`,
        ]),
  ]
}

function documentFindings({ configuration, settings }: Provider): string[] {
  const server = configuration.serverMetadata()
  const unsupported = settings.scopes.filter((scope) => server.scopes_supported?.includes(scope) === false)
  return [
    ...(server.authorization_endpoint === undefined ? ['The provider names no authorization endpoint.'] : []),
    ...(server.token_endpoint === undefined ? ['The provider names no token endpoint.'] : []),
    ...(server.jwks_uri === undefined ? ['The provider names no keys (jwks_uri).'] : []),
    ...(server.response_types_supported?.includes('code') === false
      ? ['The provider does not offer the code flow.']
      : []),
    ...unsupported.map((scope) => `The provider does not know the scope ${scope}.`),
  ]
}

async function keyFindings({ configuration }: Provider): Promise<string[]> {
  const { jwks_uri } = configuration.serverMetadata()
  if (jwks_uri === undefined) return []
  try {
    const response = await fetch(jwks_uri, { signal: AbortSignal.timeout(10_000), redirect: 'error' })
    const body: unknown = await response.json()
    const isFull = typeof body === 'object' && body !== null && 'keys' in body && Array.isArray(body.keys)
    return isFull && (body.keys as unknown[]).length > 0 ? [] : ['The provider publishes no keys.']
  } catch (cause) {
    return [`The keys of the provider could not be fetched: ${reasonOf(cause)}.`]
  }
}

// A code nobody issued: a provider that knows the client says the code is wrong, otherwise that the client is.
async function clientFindings({ configuration }: Provider, redirectUri: string): Promise<string[]> {
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
      return ['The provider does not accept the client id with this client secret.']
    }
    if (error === 'unauthorized_client') return ['The provider does not let this client use the code flow.']
    return [`The token endpoint did not answer as expected: ${reasonOf(cause)}.`]
  }
}
