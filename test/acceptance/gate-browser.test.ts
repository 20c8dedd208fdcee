import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { patienceMs, startMs } from '../support/console.ts'
import { type EchoApp, startEchoApp } from '../support/gate/echo-app.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../support/gate/house.ts'
import { type RunningProxy, startPrintedProxy } from '../support/gate/proxies.ts'
import { describeWith, findProgram } from '../support/programs.ts'

const hosts = ['app.mydomain.fr', 'wiki.mydomain.fr', 'app.mydomain2.fr']
/** Where pictures of the pages go, for whoever wants to look at them. */
const pictures = process.env['WATCHWORD_SCREENSHOTS']

describeWith(['nginx', 'chromium'], 'a browser in front of nginx and the gate', () => {
  let house: GateHouse
  let app: EchoApp
  let proxy: RunningProxy
  let alice: HousePerson
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    app = await startEchoApp()
    house = await openGateHouse({ variables: { WATCHWORD_GATE_COOKIE_AREA: 'origindomain' } })
    alice = await house.addPerson('alice')
    proxy = await startPrintedProxy('nginx', { gatePort: house.port, appPort: app.port, hosts })
    browser = await chromium.launch({
      timeout: startMs,
      executablePath: findProgram('chromium') ?? 'chromium',
      args: ['--no-sandbox', '--host-resolver-rules=MAP * 127.0.0.1'],
    })
    context = await browser.newContext({ viewport: { width: 1000, height: 760 } })
    context.setDefaultTimeout(patienceMs)
    page = await context.newPage()
  })
  afterAll(async () => {
    await browser.close()
    await proxy.stop()
    await house.close()
    await app.close()
  })

  const at = (host: string, path = '/') => `http://${host}:${proxy.port}${path}`
  const picture = async (name: string) => {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `${name}.png`) })
  }
  const logIn = async (token = house.freshCode(alice)) => {
    await page.getByLabel('User name').fill('alice')
    await page.getByLabel('Passphrase').fill(passphrase)
    await page.getByLabel('Code', { exact: true }).fill(token)
    await page.getByRole('button', { name: 'Log in' }).click()
  }

  it('leads to the login, says when something was wrong, and comes back with the whole address', async () => {
    await page.goto(at('app.mydomain.fr', '/report?a=1&b=2'))
    expect(page.url()).toContain('/auth/login?rd=')
    await picture('login')
    await logIn('000000')
    await page.getByRole('alert').waitFor()
    await picture('login-refused')
    await logIn()
    await page.waitForURL(at('app.mydomain.fr', '/report?a=1&b=2'))
    expect(await page.textContent('body')).toContain('"remote-user":"alice"')
  })

  it('S5 is logged in on the whole domain, and on a second domain after a login there, both at once', async () => {
    await page.goto(at('wiki.mydomain.fr'))
    expect(page.url()).toBe(at('wiki.mydomain.fr'))
    await page.goto(at('app.mydomain2.fr'))
    expect(page.url()).toContain('app.mydomain2.fr')
    expect(page.url()).toContain('/auth/login')
    await logIn()
    await page.waitForURL(at('app.mydomain2.fr'))
    await page.goto(at('app.mydomain.fr'))
    expect(page.url()).toBe(at('app.mydomain.fr'))
  })

  it('keeps scripts away from the cookie and the cookie away from the app', async () => {
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect(await page.textContent('body')).not.toContain('watchword=')
  })

  it('lists its sessions', async () => {
    await page.goto(at('app.mydomain.fr', '/auth/sessions'))
    expect(await page.getByText('This one').count()).toBe(1)
    await picture('sessions')
  })

  it('S3 logs out, on all hosts of the domain', async () => {
    await page.goto(at('app.mydomain.fr', '/auth/sessions'))
    await page.getByRole('link', { name: 'Log out' }).click()
    await page.waitForURL(/\/auth\/login/)
    await page.goto(at('wiki.mydomain.fr'))
    expect(page.url()).toContain('/auth/login')
  })

  it('lets an app lead on from where the login led, to a login of its own for one', async () => {
    const elsewhere = `http://login.elsewhere.test:${app.port}/`
    for (const path of [
      `/leads-to?${encodeURIComponent(elsewhere)}`,
      `/leads-to?${encodeURIComponent(at('app.mydomain2.fr', '/auth/login'))}`,
    ]) {
      await page.goto(at('app.mydomain.fr', path))
      await logIn()
      await page.waitForURL(/^http:..(?:login.elsewhere.test|app.mydomain2.fr):/)
      expect(page.url()).not.toContain('app.mydomain.fr')
      await page.goto(at('app.mydomain.fr', '/auth/logout'))
    }
  })

  it('B17 fits a phone and the dark, without anything foreign', async () => {
    const foreign: string[] = []
    page.on('request', (request) => {
      if (new URL(request.url()).hostname !== 'app.mydomain.fr') foreign.push(request.url())
    })
    await page.setViewportSize({ width: 320, height: 640 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto(at('app.mydomain.fr', '/auth/login'))
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    await picture('login-phone-dark')
    expect(overflow).toBeLessThanOrEqual(0)
    expect(foreign).toEqual([])
  })

  it('B12 logs in with a passkey where the browser has one', async () => {
    await page.emulateMedia({ colorScheme: 'light' })
    // Browsers show passkeys to secure origins alone, and count localhost among them.
    const local = `http://localhost:${house.port}`
    const devtools = await context.newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.goto(`${local}/auth/login`)
    const added = await page.evaluate(registerPasskey, { passphrase, token: house.freshCode(alice) })
    expect(added).toBe(201)
    await page.goto(`${local}/auth/login?rd=/auth/sessions`)
    await page.getByLabel('User name').fill('alice')
    await page.getByLabel('Passphrase').fill(passphrase)
    await page.getByLabel('Stay logged in on this device').check()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.waitForURL(`${local}/auth/sessions`)
    expect(await page.getByText('This one').count()).toBe(1)
    const kept = (await context.cookies(local)).find(({ name }) => name === 'watchword')
    expect(Math.round(((kept?.expires ?? 0) - house.nowMs() / 1000) / 86_400)).toBeGreaterThan(28)
  })

  it('B12 changes nothing when the window for passkeys is closed, and says when a passkey is refused', async () => {
    await context.clearCookies()
    const login = `http://localhost:${house.port}/auth/login`
    await page.goto(login)
    await page.getByLabel('User name').fill('alice')
    await page.getByLabel('Passphrase').fill(passphrase)
    await page.evaluate(() => {
      navigator.credentials.get = () => Promise.reject(new DOMException('closed', 'NotAllowedError'))
    })
    const button = page.getByRole('button', { name: 'Use a passkey' })
    const refusals = () => house.logLines.filter((line) => JSON.stringify(line).includes('gate_login_refused')).length
    const before = refusals()
    await button.click()
    await page.locator('#passkey:not([disabled])').waitFor()
    expect([page.url(), await page.getByRole('alert').count(), refusals()]).toEqual([login, 0, before])
    expect(await page.getByLabel('Passphrase').inputValue()).toBe(passphrase)
    await page.reload()
    await page.getByLabel('User name').fill('alice')
    await page.getByLabel('Passphrase').fill('a wrong passphrase')
    await button.click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('use a passkey of this account')
    expect(page.url()).toBe(login)
  })
})

// Runs in the page: logs in to the console's API and adds a passkey, as the console does.
async function registerPasskey({ passphrase: typed, token }: { passphrase: string; token: string }): Promise<number> {
  const post = (path: string, body: object, csrf = '') =>
    fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
      body: JSON.stringify(body),
    })
  const bytes = (text: string) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  const { me } = await (await post('/v1/login', { username: 'alice', passphrase: typed, code: token })).json()
  const begun = await (await post('/v1/me/passkeys/options', {}, me.csrfToken)).json()
  const { options } = begun
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: [],
    },
  })
  const response = (credential as PublicKeyCredential & { toJSON(): object }).toJSON()
  return (await post('/v1/me/passkeys', { ticket: begun.ticket, name: 'test', response }, me.csrfToken)).status
}
