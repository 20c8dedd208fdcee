import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { drawQrPng } from '../../src/qr/draw.ts'
import { type Visit, visit } from '../support/console.ts'
import { virtualAuthenticator } from '../support/console-acts.ts'
import { addAccount, type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { describeWith } from '../support/programs.ts'
import { passphrase } from '../support/server.ts'

/** The server's no, as a page gets it. */
const refusal = (code: string, status = 403) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: `Refused: ${code}.`, status, code }),
})
const json = (body: object) => ({ contentType: 'application/json', body: JSON.stringify(body) })
const secretOf = (number: number) => encodeBase32(new Uint8Array(20).fill(number))

describeWith(['chromium'], 'the console when something comes second, late or not at all', () => {
  let house: SharedConsole
  let ada: Visit

  beforeAll(async () => {
    house = await startSharedConsole()
    ada = await house.visitAsAda()
  })
  afterAll(() => house.stop())

  const open = (page: Page, path: string) => page.goto(house.server.url + path)

  it('keeps the name of a passkey while its maker proves who they are', async () => {
    // A passkey binds to a name, and only localhost is one here.
    const home = house.server.url.replace('127.0.0.1', 'localhost')
    const cookies = (await ada.page.context().cookies()).map((cookie) => ({ ...cookie, domain: 'localhost' }))
    const { page, faults, close } = await visit(house.browser, [home], { storageState: { cookies, origins: [] } })
    const devTools = await page.context().newCDPSession(page)
    await devTools.send('WebAuthn.enable')
    await devTools.send('WebAuthn.addVirtualAuthenticator', { options: virtualAuthenticator })
    let asked = 0
    await page.route('**/v1/me/passkeys/options', (route) =>
      asked++ === 0 ? route.fulfill(refusal('reproof_needed')) : route.continue(),
    )
    await page.route('**/v1/me/reproof', (route) => route.fulfill(json({ authenticatedAtMs: Date.now() })))
    await page.goto(`${home}/me`)
    await page.getByLabel('Name of the passkey').fill('laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Passphrase').fill(passphrase)
    await dialog.getByLabel('Passphrase').press('Enter')
    await page.getByRole('listitem').filter({ hasText: 'laptop' }).waitFor()
    expect(asked).toBe(2)
    expect(faults).toEqual([])
    await close()
  })

  it('shows every record of the audit that comes live, also of those that come together', async () => {
    const { page } = ada
    const record = (sequence: number) => ({
      chain: 'live',
      sequence,
      atMs: Date.now(),
      actorKind: 'person',
      actorName: `visitor ${sequence}`,
      action: 'login',
      objectKind: 'person',
      objectId: 'x',
      outcome: 'done',
    })
    await page.route('**/v1/audit/events*', (route) =>
      route.fulfill({
        contentType: 'text/event-stream',
        body: `retry: 600000\n\n${[1, 2, 3].map((number) => `data: ${JSON.stringify(record(number))}\n\n`).join('')}`,
      }),
    )
    await open(page, '/audit')
    await page.getByRole('switch', { name: 'Follow live' }).click()
    await expect.poll(() => page.getByText(/^visitor \d$/).count()).toBe(3)
    await page.unroute('**/v1/audit/events*')
  })

  it('leaves out no record between the one it loaded last and the first that comes live', async () => {
    const { page } = ada
    await open(page, '/audit')
    await page.getByRole('row').nth(1).waitFor()
    await house.call('POST', '/v1/groups', { name: 'Made before the stream' })
    await page.getByRole('switch', { name: 'Follow live' }).click()
    const cells = page.getByRole('cell', { name: 'Made before the stream' })
    await expect.poll(() => cells.count()).toBeGreaterThan(0)
  })

  it('asks again by itself when the server was too busy to answer', async () => {
    const { page } = ada
    let isBusy = true
    await page.route('**/v1/groups*', (route) =>
      isBusy ? route.fulfill(refusal('service_busy', 503)) : route.continue(),
    )
    await open(page, '/groups')
    await page.getByText('Refused: service_busy.').first().waitFor()
    isBusy = false
    await expect.poll(() => page.getByRole('link', { name: 'Everyone' }).count()).toBe(1)
    await page.unroute('**/v1/groups*')
  })

  it('keeps what is typed in a draft of single sign-on while somebody else changes it', async () => {
    const { page } = ada
    const draft = {
      issuer: 'https://id.example.com',
      clientId: 'watchword',
      clientSecret: 'a secret of the provider',
      scopes: ['openid', 'profile'],
      groupsClaim: 'groups',
      administratorsGroup: '',
      allowedGroups: [],
      acceptBearer: false,
      bearerAudience: '',
    }
    await house.call('PUT', '/v1/settings/oidc/draft', draft)
    await open(page, '/settings?tab=oidc')
    await page.getByLabel('Client ID').fill('typed here')
    await house.call('PUT', '/v1/settings/oidc/draft', { ...draft, issuer: 'https://other.example.com' })
    await comeBack(page)
    await expect.poll(() => page.getByLabel('Issuer').inputValue()).toBe('https://other.example.com')
    expect(await page.getByLabel('Client ID').inputValue()).toBe('typed here')
  })

  it('adds the codes of the image pasted last', async () => {
    const { page } = ada
    // What is there already is not chosen, so the first image leaves nothing to add.
    await addAccount(house, { label: 'First', secretBase32: secretOf('First'.length) })
    await open(page, '/accounts/new')
    await page.getByRole('tab', { name: 'QR code' }).click()
    for (const name of ['First', 'Second']) {
      const uri = `otpauth://totp/${name}?secret=${secretOf(name.length)}`
      await paste(page, drawQrPng(uri, { sizePixels: 400 }))
      await page.getByRole('checkbox', { name: new RegExp(name) }).waitFor()
    }
    await page.getByRole('button', { name: 'Add 1 account' }).click()
    await page.getByText('1 account added').waitFor()
    expect(await page.getByRole('listitem').getByRole('link', { name: 'Second' }).count()).toBe(1)
  })

  it('keeps what is typed of an account while its secret is mended', async () => {
    const { page } = ada
    await open(page, '/accounts/new')
    const secret = page.getByLabel('otpauth link, or the secret')
    await secret.fill(secretOf(31))
    await page.getByLabel('Name', { exact: true }).fill('Mended')
    await page.getByLabel('Digits').fill('8')
    await secret.fill('not a secret!')
    await page.getByLabel('Name', { exact: true }).waitFor({ state: 'detached' })
    await secret.fill(secretOf(32))
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('Mended')
    expect(await page.getByLabel('Digits').inputValue()).toBe('8')
    // A link says itself what it is of.
    await secret.fill(`otpauth://totp/Other?secret=${secretOf(33)}`)
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('Other')
  })

  it('takes the short code of a command out of the address, and asks again for one that is unknown', async () => {
    const { page } = ada
    await open(page, '/device#WRONG-CODE')
    await page.getByText('This short code is unknown or has expired').waitFor()
    expect(page.url()).toBe(`${house.server.url}/device`)
    const { body } = await house.call('POST', '/v1/device', { client: 'watchword' })
    await page.getByLabel('Short code').fill(String(body['userCode']))
    await page.getByRole('button', { name: 'Look it up' }).click()
    await page.getByRole('button', { name: 'Allow' }).waitFor()
  })

  it('says that a file cannot be read', async () => {
    const { page, faults } = ada
    await open(page, '/accounts/new')
    await page.getByRole('tab', { name: /file/i }).click()
    // What the browser says of a folder, and of a file that was changed after it was chosen.
    await page.evaluate(() => {
      FileReader.prototype.readAsDataURL = function (this: FileReader) {
        setTimeout(() => this.dispatchEvent(new Event('error')))
      }
    })
    const file = { name: 'export.json', mimeType: 'application/json', buffer: Buffer.from('{}') }
    await page.locator('input[type=file][accept="*/*"]').setInputFiles(file)
    await page.getByText('The browser cannot read this').waitFor()
    expect(faults).toEqual([])
  })

  it('leaves a role that somebody else changed meanwhile as it is', async () => {
    const { page } = ada
    const { body } = await house.call('POST', '/v1/people', { username: 'julia', role: 'administrator' })
    const path = pathOf(body)
    await open(page, path)
    await page.getByLabel('Name', { exact: true }).fill('Julia Domna')
    await house.call('PATCH', `/v1${path}`, { role: 'member' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').first().waitFor()
    const { body: after } = await house.call('GET', `/v1${path}`)
    expect([after['displayName'], after['role']]).toEqual(['Julia Domna', 'member'])
  })

  it('keeps what is typed in a policy while somebody else changes it', async () => {
    const { page } = ada
    await house.call('POST', '/v1/realms', { name: 'forum' })
    await open(page, '/realms/forum?tab=policy')
    await page.getByLabel('Contact').fill('praetor@example.com')
    await house.call('PATCH', '/v1/realms/forum', { issuerLabel: 'Forum Romanum' })
    await comeBack(page)
    await expect.poll(() => page.getByLabel('Name shown in authenticators').inputValue()).toBe('Forum Romanum')
    expect(await page.getByLabel('Contact').inputValue()).toBe('praetor@example.com')
  })

  it('says why something was not done', async () => {
    const { page } = ada
    const refuse = (route: Route) => route.fulfill(refusal('service_busy', 503))
    const said = async () => {
      await expect.poll(() => page.getByText('Refused: service_busy.').count()).toBeGreaterThan(0)
    }
    await page.route(/\/v1\/(logout|me\/recovery-codes|accounts\/[^/]+\/favourite|people\/[^/]+)$/, (route) =>
      route.request().method() === 'GET' ? route.continue() : refuse(route),
    )
    await addAccount(house, { label: 'Pinned', secretBase32: secretOf(11) })
    await open(page, '/')
    await page.getByRole('button', { name: 'Log out' }).click()
    await said()
    await open(page, '/')
    await page.getByRole('button', { name: /Pin.*Pinned/ }).click()
    await said()
    await open(page, '/me')
    await page.getByRole('button', { name: 'Make new recovery codes' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make new recovery codes' }).click()
    await said()
    const { body } = await house.call('POST', '/v1/people', { username: 'titus' })
    await house.call('PATCH', `/v1${pathOf(body)}`, { enabled: false })
    await open(page, pathOf(body))
    await page.getByRole('button', { name: 'Enable' }).click()
    await said()
    await page.unrouteAll()
  })

  it('goes on counting how long ago something was, and tells of a code shown just now', async () => {
    const { page, close } = await house.visitAsAda()
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    const id = await addAccount(house, { label: 'Watched', secretBase32: secretOf(41), grants })
    await page.clock.install()
    await open(page, `/accounts/${id}`)
    await page.getByText('No code of this account was shown yet').waitFor()
    await page.getByRole('button', { name: 'Show code' }).click()
    await page.getByRole('button', { name: 'Hide' }).click()
    const reveals = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Reveals' }) })
    await reveals.getByRole('listitem').filter({ hasText: 'ada' }).waitFor()
    await page.clock.fastForward('10:00')
    await expect.poll(() => reveals.getByRole('listitem').first().innerText()).toMatch(/1\d minutes ago/)
    await close()
  })

  it('moves by the arrow keys past an account whose codes are not for this person', async () => {
    const { page } = ada
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    for (const [index, label] of ['Row 1', 'Row 2', 'Row 3'].entries())
      await addAccount(house, { label, secretBase32: secretOf(20 + index), grants: index === 1 ? [] : grants })
    await open(page, '/?q=Row')
    await page.getByRole('button', { name: 'Show code of Row 1' }).focus()
    for (const name of ['Row 2', 'Row 3']) {
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain(name)
    }
  })

  it('opens another page after one whose program did not come', async () => {
    const { page } = ada
    await open(page, '/')
    await page.getByRole('heading', { name: 'Codes' }).waitFor()
    await page.route('**/assets/tokens-page*', (route) => route.abort())
    await page.route('**/healthz', (route) => route.abort())
    await page.getByRole('link', { name: 'Tokens' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByRole('link', { name: 'Codes' }).click()
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('Codes')
    await page.unrouteAll()
  })
})

/** Where a person who was just made has their page. */
function pathOf({ person }: Readonly<Record<string, unknown>>): string {
  const id = typeof person === 'object' && person !== null && 'id' in person ? person.id : ''
  return `/people/${String(id)}`
}

/** Pastes an image as a screenshot is pasted. */
function paste(page: Page, image: Uint8Array): Promise<void> {
  return page.evaluate((bytes) => {
    const files = [new File([new Uint8Array(bytes)], 'code.png', { type: 'image/png' })]
    document.body.dispatchEvent(Object.assign(new Event('paste', { bubbles: true }), { clipboardData: { files } }))
  }, Array.from(image))
}

/** Comes back to the page when what it shows may be old. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { now } = Date
    Date.now = () => now() + 15_000
    dispatchEvent(new Event('visibilitychange'))
  })
}
