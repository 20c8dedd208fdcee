import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf } from '../../src/otp/code.ts'
import { parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { launchChromium, violations, type Visit, visit } from '../support/console.ts'
import { describeWith } from '../support/programs.ts'
import { caller, createStore, initialise, startTestServer } from '../support/server.ts'

const passphrase = 'seven hills above the river'

describeWith(['chromium'], 'a setup link in a browser', () => {
  const store = createStore()
  let server: Awaited<ReturnType<typeof startTestServer>>
  let browser: Browser
  let visitor: Visit
  let setupUrl = ''
  let invite: (username: string) => Promise<string>

  beforeAll(async () => {
    const { rootToken } = initialise(store)
    server = await startTestServer(store.variables)
    invite = async (username) => {
      const { body } = await caller(server, rootToken)('POST', '/v1/people', { username })
      return `${server.url}/setup${new URL(String(body['setupUrl'])).hash}`
    }
    setupUrl = await invite('cornelia')
    browser = await launchChromium()
    visitor = await visit(browser, [server.url])
  })
  afterAll(async () => {
    await browser.close()
    await server.kill()
    store.remove()
  })

  it('opens when it is pasted whole into the page that missed its secret part', async () => {
    const { page } = visitor
    await page.goto(`${server.url}/setup`)
    await page.getByRole('heading', { name: 'Open your link once more' }).waitFor()
    await page.evaluate((link) => location.assign(link), setupUrl)
    await page.getByLabel('Passphrase', { exact: true }).waitFor()
    expect(page.url()).toBe(`${server.url}/setup`)
  })

  it('tells an invited person the user name, where a password manager finds it', async () => {
    const name = visitor.page.getByLabel('User name')
    expect(await name.inputValue()).toBe('cornelia')
    expect(await name.getAttribute('autocomplete')).toBe('username')
    expect(await name.getAttribute('readonly')).not.toBeNull()
    expect(await violations(visitor.page)).toEqual([])
  })

  it('still opens after a reload in the middle of the setup', async () => {
    const { page } = visitor
    await choosePassphrase(page)
    await page.locator('img.ww-qr').waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Open your link once more' }).waitFor()
    await page.evaluate((link) => location.assign(link), setupUrl)
    await choosePassphrase(page)
    const uri = await page.getByRole('link', { name: 'Open in an app' }).getAttribute('href')
    await page.getByLabel('The code it shows now').fill(codeOf(parseOtpauthUri(uri ?? '').account, Date.now()))
    await page.getByRole('button', { name: 'Check the code' }).click()
    await page.getByText('Each one logs you in once').waitFor()
    expect(visitor.faults).toEqual([])
  })

  it('fits a German phone at every step, each recovery code on a line of its own', async () => {
    const invited = await invite('drusilla')
    const { page, close } = await visit(browser, [server.url], {
      viewport: { width: 390, height: 844 },
      locale: 'de-DE',
    })
    const isWider = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    await page.goto(invited)
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    expect(await isWider()).toBe(false)
    await page.getByLabel('Passphrase wiederholen').fill(passphrase)
    await page.getByRole('button', { name: 'Weiter' }).click()
    const uri = await page.getByRole('link', { name: 'In einer App auf diesem Gerät öffnen' }).getAttribute('href')
    expect(await isWider()).toBe(false)
    await page.getByLabel('Der Code, den sie jetzt zeigt').fill(codeOf(parseOtpauthUri(uri ?? '').account, Date.now()))
    await page.getByRole('button', { name: 'Code prüfen' }).click()
    await page.getByText('Wiederherstellungscodes', { exact: true }).waitFor()
    expect(await isWider()).toBe(false)
    const heights = await page
      .locator('.ww-recovery li')
      .evaluateAll((codes) => codes.map((code) => code.getBoundingClientRect().height))
    expect(Math.max(...heights)).toBeLessThan(30)
    await close()
  })

  it('says that it was used before it asks for anything', async () => {
    const { page, close } = await visit(browser, [server.url])
    await page.goto(setupUrl)
    await page.getByRole('heading', { name: 'This link opens nothing any more' }).waitFor()
    await page.getByText('This link was used').waitFor()
    expect(await page.getByLabel('Passphrase', { exact: true }).count()).toBe(0)
    await close()
  })
})

async function choosePassphrase(page: Page): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  await page.getByLabel('Passphrase again').fill(passphrase)
  await page.getByRole('button', { name: 'Go on' }).click()
}
