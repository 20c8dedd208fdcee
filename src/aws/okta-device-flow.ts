import { Failure } from '../errors/failure.ts'
import { readOktaPage, type SamlForm } from './html-page.ts'
import type { Person } from './okta-authn.ts'
import { member, stringMember, type Json } from './json.ts'
import type { OktaClient } from './okta-client.ts'

/** The OIDC app of the org that may ask for a device sign-in, and the AWS app it signs in to. */
export interface DeviceApps {
  readonly oidcClientId: string
  readonly awsAppId: string
}

/** What a device sign-in leaves; good for further assertions until it ends. */
export interface DeviceTokens {
  readonly accessToken: string
  readonly idToken: string
  readonly expiresAtMs: number
}

const oauth = 'urn:ietf:params:oauth'
// A timer that is set beyond 24 days fires at once.
const longestIntervalSeconds = 60

/**
 * Signs in through the browser of a person (Okta Identity Engine).
 *
 * @throws {@link Failure} `aws_okta_device_denied` when it is refused or runs out
 * @see RFC 8628
 */
export async function signInWithDevice(client: OktaClient, apps: DeviceApps, person: Person): Promise<DeviceTokens> {
  const begun = await client.postForm(`${client.origin}/oauth2/v1/device/authorize`, {
    client_id: apps.oidcClientId,
    scope: 'openid okta.apps.sso okta.apps.read okta.users.read.self',
  })
  if (begun.status !== 200) throw denied(begun.json)
  const userCode = requiredText(client, begun.json, 'user_code')
  requiredText(client, begun.json, 'device_code')
  const address =
    stringMember(begun.json, 'verification_uri_complete') || requiredText(client, begun.json, 'verification_uri')
  person.tell(`Open ${address} and confirm the code ${userCode}.`)
  return pollForTokens(client, apps, begun.json)
}

/**
 * Exchanges device tokens for the SAML response of the AWS app.
 *
 * @throws {@link Failure} `aws_okta_device_denied`, `aws_okta_no_assertion`
 * @see RFC 8693
 */
export async function assertionOfDevice(client: OktaClient, apps: DeviceApps, tokens: DeviceTokens): Promise<SamlForm> {
  const exchanged = await client.postForm(`${client.origin}/oauth2/v1/token`, {
    client_id: apps.oidcClientId,
    grant_type: `${oauth}:grant-type:token-exchange`,
    actor_token: tokens.accessToken,
    actor_token_type: `${oauth}:token-type:access_token`,
    subject_token: tokens.idToken,
    subject_token_type: `${oauth}:token-type:id_token`,
    requested_token_type: 'urn:okta:oauth:token-type:web_sso_token',
    audience: `urn:okta:apps:${apps.awsAppId}`,
  })
  if (exchanged.status !== 200) throw denied(exchanged.json)
  const token = encodeURIComponent(requiredText(client, exchanged.json, 'access_token'))
  const { html } = await client.getPage(`${client.origin}/login/token/sso?token=${token}`)
  const { samlForm } = readOktaPage(html)
  if (samlForm === null) throw new Failure('aws_okta_no_assertion', { detail: { org: client.origin } })
  return samlForm
}

/** The app id (`0oa…`) in an app's embed link; null where the address has none. */
export function appIdOf(ssoUrl: string): string | null {
  return /\/(0oa[0-9A-Za-z]{17})(?:\/|$)/.exec(new URL(ssoUrl).pathname)?.[1] ?? null
}

async function pollForTokens(client: OktaClient, apps: DeviceApps, begun: Json): Promise<DeviceTokens> {
  const endsAtMs = client.nowMs() + numberMember(begun, 'expires_in', 600) * 1000
  let waitSeconds = Math.min(numberMember(begun, 'interval', 5), longestIntervalSeconds)
  while (client.nowMs() < endsAtMs) {
    await client.sleep(waitSeconds * 1000)
    const { status, json } = await client.postForm(`${client.origin}/oauth2/v1/token`, {
      client_id: apps.oidcClientId,
      device_code: stringMember(begun, 'device_code'),
      grant_type: `${oauth}:grant-type:device_code`,
    })
    if (status === 200) return tokensOf(client, json)
    const error = stringMember(json, 'error')
    if (error === 'slow_down') waitSeconds += 5
    else if (error !== 'authorization_pending') throw denied(json)
  }
  throw new Failure('aws_okta_device_denied', { detail: { reason: 'nobody confirmed it in time' } })
}

function tokensOf(client: OktaClient, json: Json): DeviceTokens {
  const accessToken = requiredText(client, json, 'access_token')
  const expiresAtMs = client.nowMs() + numberMember(json, 'expires_in', 3600) * 1000
  return { accessToken, idToken: requiredText(client, json, 'id_token'), expiresAtMs }
}

function requiredText(client: OktaClient, json: Json, name: string): string {
  const found = stringMember(json, name)
  if (found === '') throw new Failure('aws_okta_answer', { detail: { missing: name, org: client.origin } })
  return found
}

function numberMember(json: Json, name: string, otherwise: number): number {
  const found = member(json, name)
  return typeof found === 'number' && found > 0 && Number.isFinite(found) ? found : otherwise
}

function denied(json: Json): Failure {
  const reason =
    stringMember(json, 'error_description') || stringMember(json, 'error') || stringMember(json, 'errorSummary')
  return new Failure('aws_okta_device_denied', { detail: { reason: reason || 'without a reason' } })
}
