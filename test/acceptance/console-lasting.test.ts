import { afterAll, beforeAll, expect, it } from 'vitest'
import { violations } from '../support/console.ts'
import { addAccount, type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { startProvider } from '../support/oidc-provider.ts'
import { describeWith } from '../support/programs.ts'
import { startWebhookReceiver } from '../support/webhook.ts'

const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

describeWith(['chromium'], 'what stands on a page of the console, and how long', () => {
  let shared: SharedConsole

  beforeAll(async () => {
    shared = await startSharedConsole()
    await shared.call('POST', '/v1/people', { username: 'bert' })
  })
  afterAll(async () => {
    await shared.stop()
  })

  it('keeps a token that is shown once, whatever is pressed beside it', async () => {
    const { page, close } = await shared.visitAsAda()
    await page.goto(`${shared.server.url}/tokens`)
    await page.getByRole('button', { name: 'Make a token' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('What it is for').fill('kept')
    await dialog.getByRole('combobox', { name: 'What it may do' }).fill('metrics')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await dialog.getByRole('button', { name: 'Make a token' }).click()
    const token = page.getByTestId('token')
    const shown = await token.innerText()
    await page.keyboard.press('Escape')
    await page.mouse.click(5, 5)
    expect(await token.innerText()).toBe(shown)
    expect(await dialog.getByRole('button', { name: 'Close' }).count()).toBe(0)
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Done' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Make a token' }).first().click()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await close()
  })

  it('says the exact time to a keyboard, and keeps it there', async () => {
    const { page, close } = await shared.visitAsAda()
    await page.goto(`${shared.server.url}/sessions`)
    const moment = page
      .getByRole('listitem')
      .getByRole('button', { name: /ago|now/ })
      .first()
    await moment.focus()
    await page.getByRole('tooltip').waitFor()
    await page.keyboard.press('Enter')
    const exact = page.getByRole('listitem').getByRole('button', { name: /\d{2}:\d{2}:\d{2}/ })
    await exact.waitFor()
    expect(await exact.locator('time').getAttribute('datetime')).toMatch(/^\d{4}-/)
    await close()
  })

  it('begins at the first field of a form that opens over the page', async () => {
    const account = await addAccount(shared, { label: 'Focused', secretBase32, allowDuplicate: true })
    const { page, close } = await shared.visitAsAda()
    await page.goto(`${shared.server.url}/accounts/${account}`)
    for (const [opens, field] of [
      ['Grant a right', 'Who'],
      ['Edit details', 'Name'],
    ] as const) {
      await page.getByRole('button', { name: opens }).click()
      const first = page.getByRole('dialog').getByLabel(field, { exact: true }).locator('visible=true')
      await expect.poll(() => first.evaluate((input) => input === document.activeElement)).toBe(true)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await close()
  })

  it('marks the theme that is chosen', async () => {
    const { page, close } = await shared.visitAsAda()
    await page.goto(shared.server.url)
    await page.getByRole('button', { name: 'Theme' }).click()
    const chosen = page.getByRole('menuitemradio', { checked: true })
    await chosen.waitFor()
    expect(await chosen.innerText()).toBe('As the device')
    await page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await page.getByRole('button', { name: 'Theme' }).click()
    await expect.poll(() => chosen.allInnerTexts()).toEqual(['Dark'])
    await close()
  })

  it('shows by itself that a notice was sent at last', async () => {
    const receiver = await startWebhookReceiver()
    receiver.status = 503
    await shared.call('POST', '/v1/webhooks', { url: receiver.url, events: ['account.revealed'] })
    const { page, close } = await shared.visitAsAda()
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    const account = await addAccount(shared, {
      label: 'Marked',
      secretBase32,
      allowDuplicate: true,
      marked: true,
      // No second code, and so no second notice, before the page is left.
      periodSeconds: 86_400,
      grants,
    })
    await page.goto(`${shared.server.url}/accounts/${account}`)
    await page.getByRole('button', { name: 'Show code' }).click()
    await page.getByRole('button', { name: 'Hide' }).waitFor()
    await page.goto(`${shared.server.url}/settings?tab=notices`)
    await page.getByText('Outbox').waitFor()
    await page.getByText('Waiting', { exact: true }).waitFor()
    receiver.status = 204
    // Each attempt waits longer than the one before: who comes late to this line waits for a later one.
    await page.getByText('Sent', { exact: true }).waitFor({ timeout: 240_000 })
    expect(receiver.arrived.length).toBeGreaterThan(0)
    await close()
  })

  it('keeps the short code of a command while the provider asks who is there', async () => {
    const provider = await startProvider({
      redirectUris: [`${shared.server.url}/authorization-code/callback`],
      people: [{ sub: 'u1', preferredUsername: 'drusilla' }],
    })
    const { issuer, clientId, clientSecret } = provider
    const groups = { groupsClaim: 'groups', administratorsGroup: '', allowedGroups: [] }
    const bearer = { acceptBearer: false, bearerAudience: '' }
    const draft = { issuer, clientId, clientSecret, scopes: ['openid', 'profile'], ...groups, ...bearer }
    await shared.call('PUT', '/v1/settings/oidc/draft', draft)
    await shared.call('POST', '/v1/settings/oidc/activate')
    const { body } = await shared.call('POST', '/v1/device', { client: 'watchword' })
    const context = await shared.browser.newContext({ locale: 'en-GB' })
    const page = await context.newPage()
    await page.goto(`${shared.server.url}/device#${String(body['userCode'])}`)
    await page.getByRole('link', { name: 'Continue with single sign-on' }).click()
    await page.locator('input[name=login]').fill('u1')
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
    await page.locator('button[type=submit]').click()
    await page.getByText(String(body['userCode'])).waitFor()
    expect(page.url()).toBe(`${shared.server.url}/device`)
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
    await context.close()
    await provider.stop()
  })
})
