import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addAccount, type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { visit } from '../support/console.ts'
import { describeWith } from '../support/programs.ts'
import { passphrase } from '../support/server.ts'

describeWith(['chromium'], 'a session that ends in the middle of a form', () => {
  let house: SharedConsole
  let account: string
  let unspent: string[]
  beforeAll(async () => {
    house = await startSharedConsole()
    account = await addAccount(house, { label: 'Payroll', secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA' })
    unspent = [...house.admin.recoveryCodes]
  })
  afterAll(() => house.stop())

  async function logIn(page: Page | ReturnType<Page['getByRole']>) {
    await page.getByRole('button', { name: 'Use a recovery code' }).click()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Passphrase').fill(passphrase)
    await page.getByLabel('Recovery code').fill(unspent.shift() ?? '')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
  }

  async function visitAda() {
    const seen = await visit(house.browser, [house.server.url])
    await seen.page.goto(house.server.url)
    await logIn(seen.page)
    await seen.page.getByRole('heading', { name: 'Codes' }).waitFor()
    return seen
  }

  // As she does herself in another browser, or an administrator for her.
  async function endSessions() {
    const people = (await house.call('GET', '/v1/people')).body['items'] as { id: string; username: string }[]
    const person = people.find(({ username }) => username === 'ada')?.id
    const { body } = await house.call('POST', '/v1/sessions/end-all', { person })
    expect(body['ended']).not.toBe(0)
  }

  it('keeps what was typed in a dialogue of a page, through the login above it', async () => {
    const { page, faults, close } = await visitAda()
    await page.goto(`${house.server.url}/accounts/${account}`)
    await page.getByRole('button', { name: 'Edit' }).click()
    const form = page.getByRole('dialog', { name: 'Edit' })
    await form.getByLabel('Note').fill('typed before the end')
    await endSessions()
    await form.getByRole('button', { name: 'Save' }).click()
    const ended = page.getByRole('dialog', { name: 'Your session has ended' })
    await logIn(ended)
    await ended.waitFor({ state: 'detached' })
    expect(await form.getByLabel('Note').inputValue()).toBe('typed before the end')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await page.getByText('typed before the end').waitFor()
    expect(faults).toEqual([])
    await close()
  })

  it('keeps what was typed in a form that is a page itself', async () => {
    const { page, faults, close } = await visitAda()
    await page.goto(`${house.server.url}/settings?tab=rules`)
    const field = page.getByLabel('Deletions can be undone for so many days')
    await field.fill('23')
    await endSessions()
    await page.getByRole('button', { name: 'Save' }).click()
    const ended = page.getByRole('dialog', { name: 'Your session has ended' })
    await logIn(ended)
    await ended.waitFor({ state: 'detached' })
    expect(await field.inputValue()).toMatch(/^23/)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    expect(faults).toEqual([])
    await close()
  })

  it('goes on by itself after a login in another tab of the browser', async () => {
    const { page, faults, close } = await visitAda()
    await page.goto(`${house.server.url}/accounts/${account}`)
    await page.getByRole('button', { name: 'Edit' }).click()
    const form = page.getByRole('dialog', { name: 'Edit' })
    await form.getByLabel('Note').fill('typed in the first tab')
    await endSessions()
    const second = await page.context().newPage()
    await second.goto(house.server.url)
    await logIn(second)
    await second.getByRole('heading', { name: 'Codes' }).waitFor()
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await page.getByText('typed in the first tab').waitFor()
    expect(faults).toEqual([])
    await close()
  })

  it('says so to who comes back to a page after a while, and keeps it', async () => {
    const { page, faults, close } = await visitAda()
    await page.clock.install()
    await page.goto(`${house.server.url}/settings?tab=rules`)
    const field = page.getByLabel('Deletions can be undone for so many days')
    await field.fill('31')
    await endSessions()
    await page.clock.fastForward('02:00')
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')))
    const ended = page.getByRole('dialog', { name: 'Your session has ended' })
    await logIn(ended)
    await ended.waitFor({ state: 'detached' })
    expect(await field.inputValue()).toMatch(/^31/)
    expect(faults).toEqual([])
    await close()
  })

  it('follows the audit again after the login', async () => {
    const { page, faults, close } = await visitAda()
    await page.goto(`${house.server.url}/audit`)
    await page.getByRole('switch', { name: 'Follow live' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
    await endSessions()
    await page.getByText('Connecting …').waitFor()
    await page.getByLabel('What', { exact: true }).fill('login')
    await logIn(page.getByRole('dialog', { name: 'Your session has ended' }))
    await page.getByText('Live', { exact: true }).waitFor()
    expect(faults).toEqual([])
    await close()
  })
})
