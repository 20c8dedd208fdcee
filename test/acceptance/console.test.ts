import type { Browser, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatOtpauthUri, parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { codeOf } from '../../src/otp/code.ts'
import { completeAccount } from '../../src/otp/account.ts'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { browserStores } from '../support/browser-stores.ts'
import { canaryOf, leaks } from '../support/canary.ts'
import {
  type ConsoleServer,
  keepPicture,
  launchChromium,
  readQr,
  removeFolder,
  startConsole,
  type Visit,
  violations,
  visit,
} from '../support/console.ts'
import {
  activateSignOn,
  addByImage,
  addByText,
  addFiveThousand,
  everyPath,
  furnish,
  grantReveal,
  pictured,
  signOn,
  virtualAuthenticator,
} from '../support/console-acts.ts'
import { startProvider } from '../support/oidc-provider.ts'
import { describeWith } from '../support/programs.ts'

const passphrase = 'seven hills above the river'
const secret = new TextEncoder().encode('a canary sings in rome')
const shared = completeAccount({ secret, issuer: 'Amazon', name: '123456789012' })

// One story, told in order: what a test finds, the tests before it have made.
describeWith(['chromium'], 'the console in a browser', () => {
  let server: ConsoleServer
  let browser: Browser
  let livia: Visit
  let accountPath = ''
  let recoveryCodes: string[] = []

  beforeAll(async () => {
    server = await startConsole()
    browser = await launchChromium()
    livia = await visit(browser, [server.url])
  })
  afterAll(async () => {
    await browser.close()
    await server.stop()
    removeFolder(server)
  })

  it('sets up the first administrator from the printed link', async () => {
    const { page } = livia
    await page.goto(server.url)
    await page.getByText('no administrator yet').waitFor()
    await page.goto(server.setupUrl)
    await page.getByLabel('User name').fill('livia')
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await page.getByLabel('Passphrase again').fill(passphrase)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.locator('img.ww-qr').waitFor()
    const uri = await page.getByRole('link', { name: 'Open in an app' }).getAttribute('href')
    expect(await readQr(page)).toBe(uri)
    await page.getByLabel('The code it shows now').fill(codeOf(parseOtpauthUri(uri ?? '').account, Date.now()))
    await page.getByRole('button', { name: 'Check the code' }).click()
    await page.getByText('Each one logs you in once').waitFor()
    recoveryCodes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts()
    expect(recoveryCodes.length).toBeGreaterThanOrEqual(8)
    await page.emulateMedia({ media: 'print' })
    await page.getByText(`Watchword recovery codes of livia on ${new URL(server.url).host}`).waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
    await page.emulateMedia({ media: null })
    await page.getByLabel('I have kept').check()
    await page.getByRole('button', { name: 'Open Watchword' }).click()
    await page.getByText('No accounts yet').waitFor()
    expect(page.url()).toBe(`${server.url}/`)
  })

  it('leads from single sign-on and a QR image to a shared code in another person’s browser', async () => {
    const provider = await startProvider({
      redirectUris: [`${server.url}/authorization-code/callback`],
      people: [{ sub: 'marcus-1', name: 'Marcus Aurelius', preferredUsername: 'marcus', email: 'm@example.com' }],
    })
    const marcus = await visit(browser, [server.url, provider.issuer])
    await activateSignOn(livia.page, server, provider)
    await signOn(marcus.page, server.url, 'marcus-1')
    await marcus.page.getByText('Nobody has shared an account').waitFor()

    accountPath = await addByImage(livia.page, server.url, formatOtpauthUri(shared))
    await grantReveal(livia.page, 'Marcus')

    await marcus.page.reload()
    const row = marcus.page.getByRole('listitem').filter({ hasText: '123456789012' })
    await row.getByRole('button', { name: 'Show code' }).click()
    const shown = await row.getByTestId('code').innerText()
    expect(codesAround(Date.now())).toContain(shown.replaceAll(/\s/g, ''))
    await keepPicture(marcus.page, 'shared-code')

    await livia.page.goto(`${server.url}/audit`)
    const record = livia.page.getByRole('row').filter({ hasText: 'account.reveal' }).first()
    expect(await record.innerText()).toMatch(/marcus/i)
    expect(marcus.faults).toEqual([])
    await marcus.close()
  })

  it('shows what the README shows', async () => {
    await furnish(livia.page, server.url)
    for (const colorScheme of ['light', 'dark'] as const) {
      await livia.page.emulateMedia({ colorScheme })
      await livia.page.goto(server.url)
      await livia.page.getByRole('button', { name: 'Show code of Payroll' }).click()
      await livia.page.getByTestId('code').first().waitFor()
      await keepPicture(livia.page, `codes-${colorScheme}`)
      for (const [name, path] of pictured) {
        await livia.page.goto(server.url + path)
        await livia.page.getByRole('heading', { level: 1 }).waitFor()
        await expect.poll(() => livia.page.locator('output.ww-face').count()).toBe(0)
        await keepPicture(livia.page, `${name}-${colorScheme}`)
      }
    }
    await livia.page.emulateMedia({ colorScheme: null })
    expect(livia.faults).toEqual([])
  })

  it('T50 keeps no secret and no code once it is hidden: in no page, in no store of the browser, in nothing it loads', async () => {
    const { page } = livia
    const loaded: string[] = []
    page.on('response', async (response) => {
      if (/\/v1\//.test(response.url())) loaded.push(await response.text().catch(() => ''))
    })
    await page.goto(server.url + accountPath)
    await page.getByRole('button', { name: 'Show code' }).click()
    await page.getByTestId('code').first().waitFor()
    const codes: string[] = []
    // Again where a step ends between reading the code and reading the page.
    const isFound = async () => {
      const shown = await page.getByTestId('code').allInnerTexts()
      codes.push(...shown.map((text) => text.replaceAll(/\s/g, '')))
      return holdsCode(await whole(page), codes)
    }
    await expect.poll(isFound, { message: 'the page while it shows it' }).toBe(true)
    expect(codes[0]).toMatch(/^\d{6}$/)
    const places: Record<string, string> = { 'stores while it is shown': await browserStores(page) }
    await page.getByRole('button', { name: 'Hide' }).click()
    await page.getByTestId('code').first().waitFor({ state: 'detached' })
    places['the page after Hide'] = await whole(page)
    for (const path of ['/', '/audit', '/settings', accountPath, '/me']) {
      await page.goto(server.url + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      places[path] = await whole(page)
      places[`stores at ${path}`] = await browserStores(page)
    }
    expect(Object.entries(places).filter(([, text]) => holdsCode(text, codes))).toEqual([])
    const spelled = canaryOf(encodeBase32(secret))
    expect(leaks([spelled], { ...places, loaded: loaded.join('\n') })).toEqual([])
    expect(places['stores at /']).toContain('watchword_console')
  })

  it('T62 shows markup in labels as the text it is, in the list and in the audit', async () => {
    const { page } = livia
    await addByText(page, server.url, '<img src=x onerror=alert(1)>')
    await addByText(page, server.url, 'متجر البرمجيات')
    await addByText(page, server.url, 'long '.repeat(400).trim())
    await page.goto(server.url)
    await page.getByRole('link', { name: '<img src=x onerror=alert(1)>' }).waitFor()
    await page.getByRole('link', { name: 'متجر البرمجيات' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    await page.goto(`${server.url}/audit`)
    await page.getByText('<img src=x onerror=alert(1)>').first().waitFor()
    expect(livia.faults).toEqual([])
  })

  it('T104 T105 follows the server’s time and says that this device’s clock is wrong', async () => {
    const { page, close } = await visit(browser, [server.url], {
      storageState: await livia.page.context().storageState(),
    })
    await page.addInitScript(() => {
      const now = Date.now.bind(Date)
      Date.now = () => now() + 3_600_000
    })
    await page.goto(server.url + accountPath)
    await page.getByText('1 hour ahead of the server').waitFor()
    await page.getByRole('button', { name: 'Show code' }).click()
    const shown = await page.getByTestId('code').first().innerText()
    expect(codesAround(Date.now())).toContain(shown.replaceAll(/\s/g, ''))
    await page.getByText(/^Valid for \d+ more second/).waitFor()
    await close()
  })

  it('shows a new code by itself when its step ends, and asks no more once it is hidden', async () => {
    const { page } = livia
    const quick = completeAccount({ secret, name: 'quick', periodSeconds: 3 })
    await addByText(page, server.url, 'Quick', `${formatOtpauthUri(quick)}`)
    await page.getByRole('button', { name: 'Show code' }).click()
    const first = await page.getByTestId('code').first().innerText()
    await expect.poll(() => page.getByTestId('code').first().innerText()).not.toBe(first)
    const requests: string[] = []
    await page.getByRole('button', { name: 'Hide' }).click()
    page.on('request', (request) => requests.push(request.url()))
    await page.waitForTimeout(3500)
    expect(requests.filter((url) => url.endsWith('/reveal'))).toEqual([])
    expect(await page.getByTestId('code').count()).toBe(0)
  })

  it('asks nothing of the mouse: type, Enter, Enter copies a code', async () => {
    const { page } = livia
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url })
    // A code that ended between the two presses would be asked for anew, not copied.
    const lasting = completeAccount({ secret, name: 'lasting', periodSeconds: 86_400 })
    await addByText(page, server.url, 'Lasting 7654321', formatOtpauthUri(lasting))
    await page.goto(server.url)
    await page.getByRole('link', { name: 'Lasting 7654321' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('7654')
    await page.keyboard.press('Enter')
    const code = page.getByTestId('code')
    const shown = (await code.innerText()).replaceAll(/\s/g, '')
    await page.keyboard.press('Enter')
    await page.getByText('The clipboard is cleared').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown)
    await page.keyboard.press('Escape')
    await code.waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
  })

  it('does nothing at single keys in a browser where they were turned off', async () => {
    const { page } = livia
    await page.goto(server.url)
    const choose = async (areOn: boolean) => {
      await page.getByRole('button', { name: 'Keyboard help' }).click()
      await page.getByLabel('Keys that act anywhere on a page').setChecked(areOn)
      await page.getByRole('button', { name: 'Close' }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await choose(false)
    await page.reload()
    await page.getByRole('link', { name: 'Amazon (123456789012)' }).waitFor()
    for (const key of ['n', 'g', 'm', '?', '/']) await page.keyboard.press(key)
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await page.evaluate(() => document.activeElement?.matches('[data-filter]'))).toBe(false)
    await choose(true)
    await page.keyboard.press('n')
    await page.waitForURL(`${server.url}/accounts/new`)
  })

  it('says what is wrong with a secret, an image without a code and a refused camera, and keeps what was typed', async () => {
    const { page } = livia
    await page.goto(`${server.url}/accounts/new`)
    await page.getByLabel('otpauth link, or the secret').fill('JBSW Y3DP 1EHP')
    await page.getByText('is not Base32').waitFor()
    await page.getByRole('tab', { name: 'QR code' }).click()
    const blank = {
      name: 'blank.png',
      mimeType: 'image/png',
      buffer: PNG.sync.write(new PNG({ width: 240, height: 160, colorType: 2 })),
    }
    await page.locator('input[type=file][accept="image/*"]').setInputFiles(blank)
    await page.getByText('no QR code is found').waitFor()
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await page.getByText(/not allowed to use the camera|No camera was found/).waitFor()
    await page.getByRole('button', { name: 'Choose' }).first().waitFor()
    await page.getByRole('tab', { name: 'Link or secret' }).click()
    expect(await page.getByLabel('otpauth link, or the secret').inputValue()).toBe('JBSW Y3DP 1EHP')
  })

  it('keeps a half-filled form when the session ends, and goes on after the login', async () => {
    const { page } = livia
    await page.goto(`${server.url}/people`)
    await page.getByRole('button', { name: 'Invite a person' }).click()
    await page.getByLabel('User name').fill('cornelia')
    const cookies = await page.context().cookies()
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Invite a person' }).last().click()
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor()
    await page.context().addCookies(cookies)
    await page.getByRole('button', { name: 'I have logged in' }).click()
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor({ state: 'detached' })
    expect(await page.getByLabel('User name').inputValue()).toBe('cornelia')
    await page.getByRole('button', { name: 'Invite a person' }).last().click()
    await page.getByText('Hand this setup link to cornelia').waitFor()
  })

  it('says that the server is gone, and comes back by itself when it does', async () => {
    const { page } = livia
    await page.goto(server.url)
    await page.getByRole('link', { name: 'Amazon (123456789012)' }).waitFor()
    await server.stop()
    await page.getByRole('link', { name: 'Groups' }).click()
    await page.getByText('The server does not answer').first().waitFor()
    await server.start()
    await page.getByText('Groups of single sign-on').waitFor()
    await expect.poll(() => page.getByText('The server does not answer').count()).toBe(0)
  })

  it.each(['light', 'dark'] as const)('has no page that axe-core objects to in the %s theme', async (colorScheme) => {
    const storageState = await livia.page.context().storageState()
    const { page, faults, close } = await visit(browser, [server.url], { colorScheme, storageState })
    const found: string[] = []
    for (const path of await everyPath(page, server.url, accountPath)) {
      await page.goto(server.url + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expect.poll(() => page.locator('output.ww-face').count()).toBe(0)
      found.push(...(await violations(page)).map((violation) => `${path} ${violation}`))
    }
    expect(found).toEqual([])
    expect(faults).toEqual([])
    await close()
  })

  it('lists five thousand accounts with a screenful of rows, and finds one as it is typed', async () => {
    const { page } = livia
    await addFiveThousand(page, server.url)
    await page.goto(server.url)
    await page.getByText(/5,0\d\d accounts/).waitFor()
    expect(await page.getByRole('listitem').count()).toBeLessThan(60)
    await page.getByLabel('Filter by name').fill('number 4711')
    await page.getByText('1 account matches').waitFor()
    await page.getByText('Number 4711', { exact: true }).waitFor()
  })

  it('speaks German to who wants it', async () => {
    const { page, close } = await visit(browser, [server.url], {
      locale: 'de-CH',
      storageState: await livia.page.context().storageState(),
    })
    await page.goto(`${server.url}/me`)
    await page.getByRole('heading', { name: 'Mein Konto' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
    expect(await violations(page)).toEqual([])
    await close()
  })

  // A new proof ends every other session of its person, so this comes last.
  it('logs in with a recovery code, adds a passkey, and logs in with that', async () => {
    // A passkey binds to a name, so this visitor comes to localhost.
    const home = server.url.replace('127.0.0.1', 'localhost')
    const { page, close } = await visit(browser, [home])
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', { options: virtualAuthenticator })
    await page.goto(`${home}/me`)
    await page.getByRole('button', { name: 'Use a recovery code' }).click()
    await page.getByLabel('User name').fill('livia')
    await page.getByLabel('Passphrase').fill(passphrase)
    await page.getByLabel('Recovery code').fill(recoveryCodes[0] ?? '')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByLabel('Name of the passkey').fill('laptop')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('listitem').filter({ hasText: 'laptop' }).waitFor()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('User name').fill('livia')
    await page.getByLabel('Passphrase').fill(passphrase)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('button', { name: 'Log out' }).waitFor()
    await page.goto(`${home}/me`)
    await page.getByText('laptop').waitFor()
    expect(await page.getByRole('listitem').filter({ hasText: 'This one' }).count()).toBe(1)
    await close()
  })

  function codesAround(nowMs: number): string[] {
    return [-1, 0, 1].map((steps) => codeOf(shared, nowMs + steps * 30_000))
  }
})

/** A page as its source and as it reads. */
async function whole(page: Page): Promise<string> {
  return [await page.content(), await page.innerText('body')].join('\n')
}

/** Whether a text holds one of these codes as a number of its own, with or without the blank it is shown with. */
function holdsCode(text: string, codes: readonly string[]): boolean {
  return codes.some((code) => new RegExp(`(?<!\\d)${code.slice(0, 3)}\\s?${code.slice(3)}(?!\\d)`).test(text))
}
