import { html, json, type DoubleAnswer, type DoubleControls, type DoubleRequest } from './double-server.ts'
import { assertionPage } from './assertion-page.ts'
import { newToken, type OktaOrg } from './okta-org.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** The device flow of Identity Engine, up to the page with the assertion. */
export function answerDevice(org: OktaOrg, request: DoubleRequest, controls: DoubleControls): DoubleAnswer {
  const form = new URLSearchParams(request.body)
  if (request.url.pathname === '/oauth2/v1/device/authorize') return authorize(org, form, request.url.origin)
  if (request.url.pathname === '/login/token/sso') return showAssertion(org, request, controls)
  return form.get('grant_type') === deviceGrant ? grantTokens(org, form) : exchange(org, form)
}

function authorize(org: OktaOrg, form: URLSearchParams, origin: string): DoubleAnswer {
  if (form.get('client_id') !== '0oaNative') return json(401, { error: 'invalid_client' })
  const device_code = give(org, 'device')
  const verification_uri_complete = `${origin}/activate?user_code=ABCD-EFGH`
  return json(200, { device_code, user_code: 'ABCD-EFGH', verification_uri_complete, expires_in: 600, interval: 1 })
}

function grantTokens(org: OktaOrg, form: URLSearchParams): DoubleAnswer {
  if (org.deviceTokens.get(form.get('device_code') ?? '') !== 'device') return json(400, { error: 'invalid_grant' })
  if (org.devicePolls < 0) return json(400, { error: 'access_denied', error_description: 'The user refused.' })
  if (org.devicePolls > 0) {
    org.devicePolls -= 1
    return json(400, { error: org.devicePolls === 0 ? 'slow_down' : 'authorization_pending' })
  }
  return json(200, { access_token: give(org, 'access'), id_token: give(org, 'id'), expires_in: 3600 })
}

function exchange(org: OktaOrg, form: URLSearchParams): DoubleAnswer {
  const isOurs = org.deviceTokens.get(form.get('actor_token') ?? '') === 'access'
  const isTheirs = org.deviceTokens.get(form.get('subject_token') ?? '') === 'id'
  const app = org.apps.find(({ appId }) => form.get('audience') === `urn:okta:apps:${appId}`)
  if (!isOurs || !isTheirs || app === undefined) return json(400, { error: 'invalid_grant' })
  return json(200, { access_token: give(org, 'webSso'), token_type: 'nonce' })
}

function showAssertion(org: OktaOrg, request: DoubleRequest, controls: DoubleControls): DoubleAnswer {
  const token = request.url.searchParams.get('token') ?? ''
  const [app] = org.apps
  if (org.deviceTokens.get(token) !== 'webSso' || app === undefined) return html(401, '<h1>Sign in</h1>')
  org.deviceTokens.delete(token)
  return assertionPage(org, app, controls.nowMs())
}

function give(org: OktaOrg, kind: 'device' | 'access' | 'id' | 'webSso'): string {
  const token = newToken(kind)
  org.deviceTokens.set(token, kind)
  return token
}
