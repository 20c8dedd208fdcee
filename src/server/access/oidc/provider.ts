import * as client from 'openid-client'
import { Failure } from '../../../errors/failure.ts'
import type { Log } from '../../http/services.ts'
import { askProvider, ProviderAtFault } from './ask-provider.ts'
import { isLoopbackAddress, type SignOnSettings } from './settings.ts'

/** How long what a provider says about itself counts. */
const freshForMs = 60 * 60_000
const patienceSeconds = 10
/** Seconds two clocks may differ. */
const toleranceSeconds = 60

/** A provider as its settings and its own discovery document describe it. */
export interface Provider {
  readonly settings: SignOnSettings
  readonly configuration: client.Configuration
}

/**
 * Asks a provider about itself and joins that with our settings. Endpoints that a file fixes stay; keys always come
 * from discovery, and the signature of every id token is checked, TLS or not.
 *
 * @throws whatever openid-client throws, for whoever explains it
 */
export async function discoverProvider(settings: SignOnSettings): Promise<Provider> {
  const metadata = { [client.clockTolerance]: toleranceSeconds }
  const authentication = settings.clientSecret === null ? client.None() : client.ClientSecretPost(settings.clientSecret)
  const insecure = isLoopbackAddress(settings.issuer) ? [client.allowInsecureRequests] : []
  const discovered = await client.discovery(new URL(settings.issuer), settings.clientId, metadata, authentication, {
    execute: insecure,
    timeout: patienceSeconds,
    [client.customFetch]: askProvider,
  })
  const { authorization, token, userinfo } = settings.endpoints
  const server: client.ServerMetadata = Object.assign({}, discovered.serverMetadata(), {
    ...(authorization === undefined ? {} : { authorization_endpoint: authorization }),
    ...(token === undefined ? {} : { token_endpoint: token }),
    ...(userinfo === undefined ? {} : { userinfo_endpoint: userinfo }),
  })
  const configuration = new client.Configuration(server, settings.clientId, metadata, authentication)
  configuration.timeout = patienceSeconds
  configuration[client.customFetch] = askProvider
  for (const allow of insecure) allow(configuration)
  client.enableNonRepudiationChecks(configuration)
  return { settings, configuration }
}

/** The provider of some settings, asked anew when they change or an hour has passed. */
export class ProviderCache {
  readonly #log: Log
  #known: { key: string; atMs: number; provider: Promise<Provider> } | null = null

  constructor(log: Log) {
    this.#log = log
  }

  /** @throws {@link Failure} `sign_on_busy`; the log says why */
  async get(settings: SignOnSettings, nowMs: number): Promise<Provider> {
    const key = JSON.stringify(settings)
    if (this.#known?.key !== key || nowMs - this.#known.atMs > freshForMs) {
      this.#known = { key, atMs: nowMs, provider: discoverProvider(settings) }
    }
    try {
      return await this.#known.provider
    } catch (cause) {
      this.#known = null
      this.#log.warn(
        { reason: reasonOf(cause), issuer: settings.issuer },
        'the provider could not be asked about itself',
      )
      throw new Failure('sign_on_busy', { cause })
    }
  }
}

const timeouts = ['OAUTH_TIMEOUT', 'ERR_JWKS_TIMEOUT']

/** Whether the provider could not be reached or was at fault itself, which says nothing about the login. */
export function isUnreached(cause: unknown): boolean {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if (error instanceof ProviderAtFault || ('code' in error && timeouts.includes(String(error.code)))) return true
  }
  return false
}

/** Why the provider or its answer was refused, in words without anything it sent. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'it failed'
  const code = 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : ''
  const inner = cause.cause instanceof Error && cause.cause !== cause ? `: ${cause.cause.message}` : ''
  return `${cause.message}${code}${inner}`.slice(0, 300)
}
