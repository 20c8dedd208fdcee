import { html, type DoubleAnswer } from './double-server.ts'
import type { DoubleApp, OktaOrg } from './okta-org.ts'
import { signedResponse } from './signed-assertion.ts'

/** The page that posts an assertion of an app on to AWS. */
export function assertionPage(org: OktaOrg, app: DoubleApp, nowMs: number): DoubleAnswer {
  const samlResponse = Buffer.from(signedResponse(org.issuer, app.content, nowMs)).toString('base64')
  const value = samlResponse.replaceAll('+', '&#x2b;').replaceAll('/', '&#x2f;').replaceAll('=', '&#x3d;')
  const inputs = `<input name="SAMLResponse" type="hidden" value="${value}"/><input name="RelayState" type="hidden" value=""/>`
  return html(200, `<form id="appForm" action="${app.content.recipient}" method="POST">${inputs}</form>`)
}
