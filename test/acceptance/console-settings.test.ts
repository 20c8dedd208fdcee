import { afterAll, beforeAll, expect, it } from 'vitest'
import { noticeEvents } from '../../src/api/operation.ts'
import { violations, type Visit } from '../support/console.ts'
import { addAccount, type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { startProvider } from '../support/oidc-provider.ts'
import { describeWith } from '../support/programs.ts'
import { startWebhookReceiver } from '../support/webhook.ts'

describeWith(['chromium'], 'pages that remember', () => {
  let house: SharedConsole
  let ada: Visit

  beforeAll(async () => {
    house = await startSharedConsole()
    // A dialogue that still fades in has no contrast to judge.
    ada = await house.visitAsAda({ reducedMotion: 'reduce' })
  })
  afterAll(() => house.stop())

  it('activates only the draft on the screen, and a broken one only when asked again', async () => {
    const { page } = ada
    const state = async () => (await house.call('GET', '/v1/settings/oidc')).body
    await page.goto(`${house.server.url}/settings?tab=oidc`)
    const issuer = page.getByLabel('Issuer')
    const activate = page.getByRole('button', { name: 'Activate', exact: true })
    await issuer.fill('https://127.0.0.1:1')
    await page.getByLabel('Client ID').fill('watchword')
    await page.getByLabel('Client secret').fill('a secret of the provider')
    expect(await activate.isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Save draft' }).click()
    await page.getByText('Saved.').waitFor()
    await issuer.fill('https://127.0.0.1:2')
    await page.getByText('Save the draft before').waitFor()
    expect(await activate.isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Test draft' }).isDisabled()).toBe(true)
    await issuer.fill('https://127.0.0.1:1')
    await activate.click()
    const question = page.getByRole('dialog', { name: 'Activate a draft that does not work?' })
    await question.waitFor()
    expect(await violations(page)).toEqual([])
    expect(await state()).toMatchObject({ active: null })
    await question.getByRole('button', { name: 'Cancel' }).click()

    const provider = await startProvider({
      redirectUris: [`${house.server.url}/authorization-code/callback`],
      people: [],
    })
    await issuer.fill(provider.issuer)
    await page.getByLabel('Client ID').fill(provider.clientId)
    await page.getByLabel('Client secret').fill(provider.clientSecret)
    await page.getByRole('button', { name: 'Save draft' }).click()
    await expect.poll(() => activate.isDisabled()).toBe(false)
    await activate.click()
    await page.getByText('Single sign-on is active').waitFor()
    expect(await state()).toMatchObject({ active: { issuer: provider.issuer } })
  })

  it('offers the events there are, shows why a notice did not arrive, and asks before it removes a webhook', async () => {
    const receiver = await startWebhookReceiver()
    receiver.status = 410
    const { page } = ada
    await page.goto(`${house.server.url}/settings?tab=notices`)
    await page.getByLabel('Address').fill(receiver.url)
    await page.getByRole('combobox', { name: 'Events' }).click()
    await expect.poll(() => page.getByRole('option').allInnerTexts()).toEqual([...noticeEvents])
    await page.getByRole('option', { name: 'person.factor_changed' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Add a webhook' }).click()
    await page.getByText(/^whsec_/).waitFor()
    await page.getByRole('listitem').filter({ hasText: 'person.factor_changed' }).waitFor()

    await house.call('POST', '/v1/people', { username: 'bob' })
    await house.call('POST', '/v1/people/bob/reset')
    const notices = async () => (await house.call('GET', '/v1/notices')).body['items'] as { lastError: unknown }[]
    await expect.poll(async () => (await notices())[0]?.lastError ?? null).not.toBeNull()
    await page.reload()
    await page.getByText('The receiver answered 410.').waitFor()
    await page.evaluate(() => localStorage.setItem('watchword.language', 'de'))
    await page.reload()
    await page.getByText('Der Empfänger hat mit 410 geantwortet.').waitFor()
    await page.evaluate(() => localStorage.removeItem('watchword.language'))
    await page.reload()

    await page.getByRole('button', { name: `Remove ${receiver.url}` }).click()
    const question = page.getByRole('dialog', { name: 'Remove this webhook?' })
    await question.getByText(receiver.url).waitFor()
    expect(await violations(page)).toEqual([])
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'detached' })
    expect((await house.call('GET', '/v1/webhooks')).body['items']).toHaveLength(1)
    await page.getByRole('button', { name: `Remove ${receiver.url}` }).click()
    await question.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No webhooks.').waitFor()
    await page.getByText('Nothing waits.').waitFor()
    expect((await house.call('GET', '/v1/webhooks')).body['items']).toEqual([])
  })

  it('brings filters and tabs back with the address', async () => {
    const { page } = ada
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    await addAccount(house, {
      label: 'Payroll',
      secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA',
      grants,
      tags: ['hr'],
    })
    await addAccount(house, { label: 'Mail', secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXB', grants })
    await page.goto(house.server.url)
    const filter = page.getByLabel('Filter by name')
    await filter.fill('payr')
    await page.getByRole('button', { name: 'hr' }).click()
    await page.waitForURL(/q=payr&tag=hr/)
    await page.getByRole('link', { name: 'Payroll' }).click()
    await page.getByRole('heading', { name: 'Payroll', exact: true }).waitFor()
    await page.goBack()
    await page.getByText('1 account matches').waitFor()
    expect(await filter.inputValue()).toBe('payr')
    await page.getByRole('link', { name: 'Codes' }).click()
    await page.getByText('2 accounts').waitFor()
    expect(await filter.inputValue()).toBe('')

    await page.goto(`${house.server.url}/audit`)
    await page.getByLabel('What', { exact: true }).fill('account.create')
    await page.waitForURL(/action=account.create/)
    await page.getByRole('link', { name: 'Groups' }).click()
    await page.getByRole('heading', { name: 'Groups', exact: true }).waitFor()
    await page.goBack()
    await expect.poll(() => page.getByLabel('What', { exact: true }).inputValue()).toBe('account.create')
    await page.goto(`${house.server.url}/audit?fromDay=never&outcome=nothing`)
    await page.getByRole('heading', { name: 'Audit' }).waitFor()

    await house.call('POST', '/v1/realms', { name: 'shop', issuerLabel: 'Shop' })
    await page.goto(`${house.server.url}/realms/shop?tab=policy`)
    expect(await page.getByRole('tab', { name: 'Policy' }).getAttribute('aria-selected')).toBe('true')
    await page.getByRole('tab', { name: 'Subjects' }).click()
    await page.waitForURL(/tab=subjects/)
  })

  it('shows a pending secret again to its maker, and drops it, after the page was loaded anew', async () => {
    const { page } = ada
    await house.call('POST', '/v1/realms', { name: 'yard', issuerLabel: 'Yard' })
    await house.call('POST', '/v1/realms/yard/subjects', { name: 'anna' })
    await page.goto(`${house.server.url}/realms/yard/anna`)
    await page.getByRole('button', { name: 'Enrol with a QR code' }).click()
    await page.locator('img.ww-qr').waitFor()
    const secret = await page.locator('.ww-secret').innerText()
    await page.reload()
    await page.getByText('Server time').waitFor()
    expect(await page.locator('.ww-secret').count()).toBe(0)
    await page.getByRole('button', { name: 'Show the QR code again' }).click()
    await page.locator('img.ww-qr').waitFor()
    expect(await page.locator('.ww-secret').innerText()).toBe(secret)
    expect(await violations(page)).toEqual([])
    await page.reload()
    await page.getByRole('button', { name: 'Drop this secret' }).click()
    await page.getByRole('button', { name: 'Enrol with a QR code' }).waitFor()
    expect((await house.call('GET', '/v1/realms/yard/subjects/anna')).body).toMatchObject({ enrolment: 'none' })
  })
})
