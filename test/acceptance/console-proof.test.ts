import type { Page } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { launchChromium, violations, visit } from '../support/console.ts'
import { signOn } from '../support/console-acts.ts'
import { startProvider } from '../support/oidc-provider.ts'
import { describeWith } from '../support/programs.ts'
import { caller, createStore, initialise, startTestServer } from '../support/server.ts'

const strong = { acr: 'urn:example:mfa', amr: ['pwd', 'mfa'] }
const weak = { acr: 'urn:example:password', amr: ['pwd'] }

/** A server whose people log in through a real provider, and an account that asks for its word. */
async function setUp() {
  const store = createStore()
  onTestFinished(() => store.remove())
  const { rootToken } = initialise(store)
  const server = await startTestServer(store.variables)
  onTestFinished(() => server.kill())
  const provider = await startProvider({
    redirectUris: [`${server.url}/authorization-code/callback`],
    people: [{ sub: 'u1', preferredUsername: 'drusilla' }],
    assurance: {
      acrValues: [weak.acr, strong.acr],
      prove: (asked) => (asked.includes(strong.acr) ? strong : weak),
    },
  })
  const call = caller(server, rootToken)
  const { issuer, clientId, clientSecret } = provider
  await call('PUT', '/v1/settings/oidc/draft', {
    issuer,
    clientId,
    clientSecret,
    scopes: ['openid', 'profile'],
    groupsClaim: 'groups',
    administratorsGroup: '',
    allowedGroups: [],
    acceptBearer: false,
    bearerAudience: '',
  })
  await call('POST', '/v1/settings/oidc/activate')
  await call('POST', '/v1/accounts', {
    label: 'AWS root',
    secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    stepUp: 'sign-on',
    signOnDemand: { acrValues: [strong.acr], amr: ['mfa'], maxAgeSeconds: 600 },
    grants: [{ grantee: 'everyone', right: 'reveal' }],
  })
  return { server, provider }
}

async function logInAgain(page: Page, sub: string): Promise<void> {
  await page.locator('input[name=login]').fill(sub)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
}

describeWith(['chromium'], 'a code that the provider has to vouch for', () => {
  it('is shown after the console led to the provider and back to the account', async () => {
    const { server, provider } = await setUp()
    const browser = await launchChromium()
    onTestFinished(() => browser.close())
    // What still fades in has no contrast to judge.
    const origins = [server.url, provider.issuer]
    const { page, faults } = await visit(browser, origins, { reducedMotion: 'reduce' })
    await signOn(page, server.url, 'u1')
    await page.getByRole('link', { name: 'AWS root' }).click()
    await page.getByText('A fresh login at the provider').waitFor()
    await page.getByRole('button', { name: 'Show code' }).click()
    const way = page.getByRole('link', { name: 'Prove it at the provider' })
    await way.waitFor()
    expect(await page.getByRole('button', { name: 'Prove it with a passkey' }).count()).toBe(0)
    expect(await violations(page)).toEqual([])
    const account = page.url()
    const asked = page.waitForRequest((request) => request.url().startsWith(`${provider.issuer}/auth?`))
    await way.click()
    const { searchParams } = new URL((await asked).url())
    expect(['acr_values', 'max_age', 'prompt'].map((name) => searchParams.get(name))).toEqual([
      strong.acr,
      '600',
      'login',
    ])
    await logInAgain(page, 'u1')
    await page.waitForURL(account)
    await page.getByRole('button', { name: 'Show code' }).click()
    await page.getByRole('button', { name: 'Hide' }).waitFor()
    expect(faults).toEqual([])
  })
})
