import { Failure } from '../../../errors/failure.ts'
import type { FixedEndpoints } from './settings.ts'

/** What a `client_secrets.json` says. */
export interface ClientSecrets {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | null
  readonly endpoints: FixedEndpoints
}

/**
 * Reads a `client_secrets.json` as totpshare and Google's consoles write it: the object `web` or `installed`, else
 * the first object there is.
 *
 * @throws {@link Failure} `sign_on_settings_invalid`, never with anything of the file's content
 */
export function readClientSecrets(text: string): ClientSecrets {
  const file = objectIn(parse(text))
  const client = objectIn(file['web'] ?? file['installed'] ?? Object.values(file)[0])
  const issuer = textIn(client, 'issuer') ?? originOf(textIn(client, 'auth_uri'))
  const clientId = textIn(client, 'client_id')
  if (issuer === null || clientId === null) throw unfit('client_secrets.json names no issuer or no client_id')
  const [authorization, token, userinfo] = ['auth_uri', 'token_uri', 'userinfo_uri'].map((name) => textIn(client, name))
  return {
    issuer,
    clientId,
    clientSecret: textIn(client, 'client_secret'),
    endpoints: {
      ...(authorization && { authorization }),
      ...(token && { token }),
      ...(userinfo && { userinfo }),
    },
  }
}

/** The endpoints below a provider's address as totpshare's GENERATED lays them out: Okta's way. */
export function generatedEndpoints(provider: string): FixedEndpoints {
  const base = provider.replace(/\/+$/, '')
  return { authorization: `${base}/v1/authorize`, token: `${base}/v1/token`, userinfo: `${base}/v1/userinfo` }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unfit('client_secrets.json is not JSON')
  }
}

function objectIn(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw unfit('client_secrets.json holds no object such as "web"')
}

function textIn(object: Record<string, unknown>, name: string): string | null {
  const value = object[name]
  return typeof value === 'string' && value !== '' ? value : null
}

function originOf(address: string | null): string | null {
  return address === null ? null : (URL.parse(address)?.origin ?? null)
}

function unfit(reason: string): Failure {
  return new Failure('sign_on_settings_invalid', { detail: { reason } })
}
