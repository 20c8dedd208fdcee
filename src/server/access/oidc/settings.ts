import { Failure } from '../../../errors/failure.ts'

/** Endpoints that a file names and that stay as it says; the rest comes from discovery. */
export interface FixedEndpoints {
  readonly authorization?: string
  readonly token?: string
  readonly userinfo?: string
}

/** How people sign on through a provider. */
export interface SignOnSettings {
  readonly issuer: string
  readonly clientId: string
  /** Null for a public client, which PKCE alone protects. */
  readonly clientSecret: string | null
  readonly scopes: readonly string[]
  readonly groupsClaim: string
  /** Whoever is in it administers; empty when rights are given here instead. */
  readonly administratorsGroup: string
  /** Whoever is in none of them may not log in; empty lets everybody in. */
  readonly allowedGroups: readonly string[]
  readonly acceptBearer: boolean
  readonly bearerAudience: string
  readonly endpoints: FixedEndpoints
}

export const usualSignOn = {
  scopes: ['openid', 'profile', 'email'],
  groupsClaim: 'groups',
  administratorsGroup: '',
  allowedGroups: [],
  acceptBearer: false,
  bearerAudience: '',
  endpoints: {},
} as const satisfies Partial<SignOnSettings>

/** Where the provider sends people back to unless the configuration names another path. */
export const usualCallbackPath = '/authorization-code/callback'

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i

/** Whether a provider may be asked without TLS: on this very machine alone. */
export function isLoopbackAddress(address: string): boolean {
  const url = URL.parse(address)
  return url !== null && url.protocol === 'http:' && loopback.test(url.hostname)
}

/**
 * Refuses settings that cannot work, before anybody tries.
 *
 * @throws {@link Failure} `sign_on_settings_invalid`
 */
export function refuseUnfitSettings(settings: SignOnSettings): void {
  const reason = unfitReason(settings)
  if (reason !== null) throw new Failure('sign_on_settings_invalid', { detail: { reason } })
}

function unfitReason(settings: SignOnSettings): string | null {
  const issuer = URL.parse(settings.issuer)
  const isSafe = issuer?.protocol === 'https:' || isLoopbackAddress(settings.issuer)
  if (issuer === null || !isSafe || issuer.search !== '' || issuer.hash !== '') {
    return 'the issuer is an https address without query or fragment'
  }
  if (settings.clientId === '') return 'the client id is missing'
  if (!settings.scopes.includes('openid')) return 'the scopes must hold openid'
  if (settings.groupsClaim === '') return 'the groups claim needs a name'
  // Id tokens name the client, and travel in the addresses of logouts: with that audience they would open the API.
  if (settings.acceptBearer && ['', settings.clientId].includes(settings.bearerAudience)) {
    return 'access tokens can only be accepted for an audience of their own, which is not the client id'
  }
  return null
}
