import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { codeOf } from '../../src/otp/code.ts'
import { parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { launchChromium, type Visit, visit } from '../support/console.ts'
import { addAccount, type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { describeWith } from '../support/programs.ts'
import { passphrase } from '../support/server.ts'

const longAddress = 'http://127.0.0.1:9/hooks/watchword/very/long/path/of/an/endpoint'
const longName = 'maximiliane.freifrau.von.und.zu.oberniedermayr-schwarzenberg'

describeWith(['chromium'], 'the console for hands, eyes and networks that are not the usual ones', () => {
  let shared: SharedConsole
  let ada: Visit
  let account = ''

  beforeAll(async () => {
    shared = await startSharedConsole()
    account = await addAccount(shared, { label: 'Payroll', secretBase32: encodeBase32(new Uint8Array(20).fill(7)) })
    await shared.call('POST', '/v1/people', { username: longName })
    await shared.call('POST', '/v1/webhooks', { url: longAddress, events: ['audit.checkpoint'] })
    await shared.call('POST', '/v1/groups', { name: 'Platform' })
    ada = await shared.visitAsAda()
  })
  afterAll(async () => {
    await shared.stop()
  })

  const open = async (page: Page, path: string) => {
    await page.goto(shared.server.url + path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expect.poll(() => page.locator('output.ww-face').count()).toBe(0)
  }
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '')

  it('keeps the keyboard at the card whose row was deleted', async () => {
    const { page } = ada
    for (const name of ['everyone', 'ada'])
      await shared.call('POST', `/v1/accounts/${account}/grants`, {
        grantee: name === 'everyone' ? 'everyone' : 'person',
        right: 'reveal',
        ...(name === 'everyone' ? {} : { granteeId: await idOf(page, shared.server.url) }),
      })
    await open(page, `/accounts/${account}`)
    const rows = page.getByRole('region').or(page.locator('section')).filter({ hasText: 'Who may do what' })
    const buttons = rows.first().locator('li button')
    await expect.poll(() => buttons.count()).toBe(2)
    await buttons.first().focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => buttons.count()).toBe(1)
    await expect.poll(() => focused(page)).toBe('Who may do what')
  })

  it('marks the field a refusal is about, says why there, and keeps what was typed', async () => {
    const { page } = ada
    await open(page, '/realms')
    await page.getByRole('button', { name: 'Create a realm' }).first().click()
    const name = page.getByRole('dialog').getByLabel('Name')
    await name.fill('shop/north')
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
    await page.getByText('Correct what is marked').waitFor()
    await expect.poll(() => name.evaluate((input) => document.activeElement === input)).toBe(true)
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    const told = await name.evaluate((input) =>
      (input.getAttribute('aria-describedby') ?? '')
        .split(' ')
        .map((id) => (id === '' ? '' : document.querySelector(`#${CSS.escape(id)}`)?.textContent))
        .join(' '),
    )
    expect(told).toContain('A realm name has 1 to 128 letters')
    expect(await name.inputValue()).toBe('shop/north')
  })

  it('stands at the heading of the page a login leads to', async () => {
    const { page, close } = await visit(shared.browser, [shared.server.url])
    await page.goto(shared.server.url)
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Passphrase').fill(passphrase)
    // The code of this step was spent by the login before; the next one is taken as well.
    const { account: key } = parseOtpauthUri(shared.admin.otpauthUri)
    await page.getByLabel('Code', { exact: true }).fill(codeOf(key, Date.now() + 30_000))
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await expect.poll(() => focused(page)).toBe('Codes')
    await close()
  })

  it('heads and names a page that failed to come', async () => {
    const { page } = ada
    await open(page, '/groups/nothing')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('This is not here')
    expect(await page.title()).toContain('This is not here')
  })

  it('gives the focus back to a button that was busy', async () => {
    const { page } = ada
    await open(page, '/settings?tab=rules')
    await page.getByRole('button', { name: 'Save' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Saved.').first().waitFor()
    await expect.poll(() => focused(page)).toBe('Save')
  })

  it('leaves a dialogue open while it saves, so that a token made meanwhile is shown', async () => {
    const { page } = ada
    await open(page, '/tokens')
    let letGo = () => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    await page.route('**/v1/tokens', async (route) => {
      if (route.request().method() === 'POST') await held
      await route.continue()
    })
    await page.getByRole('button', { name: 'Make a token' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What it is for').fill('slow')
    await dialog.getByRole('combobox', { name: 'What it may do' }).fill('metrics')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await dialog.getByRole('button', { name: 'Make a token' }).click()
    await dialog.getByRole('button', { name: 'Cancel' }).and(page.locator(':disabled')).waitFor()
    await page.keyboard.press('Escape')
    letGo()
    await page.getByTestId('token').waitFor()
    expect(await page.getByTestId('token').count()).toBe(1)
    await page.unroute('**/v1/tokens')
    await dialog.getByRole('button', { name: 'Done' }).click()
    await dialog.waitFor({ state: 'detached' })
  })

  it('forgets what went wrong with the last dialogue when it is opened anew', async () => {
    const { page } = ada
    await open(page, '/groups')
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Create a group' }).click()
    await dialog.getByLabel('Name').fill('Platform')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.getByRole('alert').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Create a group' }).click()
    await dialog.getByLabel('Name').waitFor()
    expect(await dialog.getByRole('alert').count()).toBe(0)
  })

  it('says so when the browser is offline, and keeps what was typed', async () => {
    const { page } = ada
    await open(page, `/accounts/${account}`)
    await page.getByRole('button', { name: 'Edit details' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Note').fill('asked of finance')
    await page.context().setOffline(true)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('The server does not answer').waitFor()
    expect(await dialog.getByLabel('Note').inputValue()).toBe('asked of finance')
    await page.context().setOffline(false)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
  })

  it('says so when a text cannot be copied', async () => {
    const { page, close } = await shared.visitAsAda()
    await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
    await open(page, '/settings?tab=oidc')
    await page.getByRole('button', { name: 'Copy' }).click()
    await expect.poll(() => page.getByRole('alert').allInnerTexts()).toEqual([expect.stringContaining('did not allow')])
    await close()
  })

  it('follows the language chosen in another tab', async () => {
    const { page, close } = await shared.visitAsAda()
    const other = await page.context().newPage()
    await open(page, '/me')
    await open(other, '/groups')
    await page.getByRole('combobox', { name: 'Language' }).click()
    await page.getByRole('option', { name: 'Deutsch' }).click()
    await expect.poll(() => other.getByRole('heading', { level: 1 }).innerText()).toBe('Gruppen')
    await close()
  })

  it('names whom a token of somebody else acts for', async () => {
    const member = await shared.visitAs('marcus')
    await open(member.page, '/tokens')
    await member.page.getByRole('button', { name: 'Make a token' }).first().click()
    const dialog = member.page.getByRole('dialog')
    await dialog.getByLabel('What it is for').fill('script')
    await dialog.getByRole('combobox', { name: 'What it may do' }).fill('reveal:*')
    await member.page.keyboard.press('Enter')
    await member.page.keyboard.press('Tab')
    await dialog.getByRole('button', { name: 'Make a token' }).click()
    await member.page.getByTestId('token').waitFor()
    await member.close()
    await open(ada.page, '/tokens')
    const row = ada.page.getByRole('listitem').filter({ hasText: 'script' })
    await expect.poll(() => row.innerText()).toContain('acts for marcus')
  })

  it.each([320, 1024])('fits its pages into %i pixels, whatever names and addresses they show', async (width) => {
    const { page } = ada
    await page.setViewportSize({ width, height: 700 })
    for (const path of ['/people', '/settings?tab=notices', '/audit', '/tokens', '/groups']) {
      await open(page, path)
      const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      expect([path, isWider]).toEqual([path, false])
    }
    await open(page, '/audit')
    const record = page.locator('.ww-audit tbody tr').first()
    await record.waitFor()
    const widths = await record.locator('td').evaluateAll((cells) => cells.map((cell) => cell.clientWidth))
    expect(widths).toHaveLength(5)
    expect(Math.min(...widths)).toBeGreaterThan(100)
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  it.each([
    [1280, 'en-GB', 'Type', 'By time (TOTP)'],
    [360, 'de-DE', 'Art', 'Nach Zeit (TOTP)'],
  ])('shows whole what kind of codes a secret makes, at %i pixels in %s', async (width, locale, label, kind) => {
    const { page, close } = await shared.visitAsAda({ viewport: { width, height: 800 }, locale })
    await open(page, '/accounts/new')
    await page
      .locator('input[type=password]')
      .first()
      .fill(encodeBase32(new Uint8Array(20).fill(9)))
    const field = page.getByRole('combobox', { name: label, exact: true })
    await expect.poll(() => field.inputValue()).toBe(kind)
    expect(await field.evaluate((input) => input.scrollWidth <= input.clientWidth)).toBe(true)
    await close()
  })

  it('tells what is chosen where the visitor chooses all colours', async () => {
    const { page, close } = await shared.visitAsAda({ forcedColors: 'active' })
    await open(page, '/tokens')
    const background = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).backgroundColor)
    const [here, elsewhere] = [
      await background('[aria-current=page]'),
      await background('.ww-nav a:not([aria-current])'),
    ]
    expect(here).not.toBe(elsewhere)
    await open(page, '/settings?tab=rules')
    const isOn = await background('input:checked + .mantine-Switch-track')
    await page.getByRole('switch').first().click({ force: true })
    // The colour goes over in a moment, beginning with the old one.
    await expect.poll(() => background('input:not(:checked) + .mantine-Switch-track')).not.toBe(isOn)
    await close()
  })

  it('gives rows the height that the visitor’s size of text needs', async () => {
    const browser = await launchChromium(['--blink-settings=defaultFontSize=32'])
    const { page } = await visit(browser, [shared.server.url], {
      storageState: await ada.page.context().storageState(),
    })
    await open(page, '/')
    const cut = await page
      .locator('.ww-account')
      .evaluateAll((rows) => rows.some((row) => row.scrollHeight > row.clientHeight))
    await browser.close()
    expect(cut).toBe(false)
  })

  it('did all this without a fault of its own', () => {
    expect(ada.faults).toEqual([])
  })
})

async function idOf(page: Page, url: string): Promise<string> {
  await page.goto(url)
  return page.evaluate(async () => {
    const me = (await (await fetch('/v1/me')).json()) as { person: { id: string } }
    return me.person.id
  })
}
