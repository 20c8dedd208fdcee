import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { violations, type Visit } from '../support/console.ts'
import { type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { describeWith } from '../support/programs.ts'

// One story, told in order: what a test finds, the tests before it have made.
describeWith(['chromium'], 'a root account', () => {
  let house: SharedConsole
  let ada: Visit
  let cato: Visit
  let guide = ''
  let id = ''

  beforeAll(async () => {
    house = await startSharedConsole()
    // What still fades in has no contrast to judge.
    ada = await house.visitAsAda({ reducedMotion: 'reduce' })
    cato = await house.visitAs('cato')
  })
  afterAll(() => house.stop())
  const account = async () => (await house.call('GET', `/v1/accounts/${id}`)).body

  it('is not loaded by who reads its mailbox, and comes in with the record of who does', async () => {
    const { page } = ada
    await page.goto(`${house.server.url}/accounts/root`)
    await page.getByLabel('Name of the account').fill('AWS payroll')
    const readers = page.getByRole('combobox', { name: /People who can read/ })
    await readers.fill('Ada')
    await readers.press('Enter')
    await page.getByText('you must not load the secret').waitFor()
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true)
    await readers.press('Backspace')
    await readers.fill('cato')
    await readers.press('Enter')
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByLabel(/Secret the service shows/).fill(encodeBase32(crypto.getRandomValues(new Uint8Array(20))))
    await page.getByRole('button', { name: 'Store the account' }).click()
    await page.waitForURL(/accounts\/root\?account=/)
    guide = page.url()
    id = new URL(guide).searchParams.get('account') ?? ''
    expect(await account()).toMatchObject({ label: 'AWS payroll', note: '', tags: ['root: unfinished'] })
  })

  it('is gone on with from its page, after a reload and on another day', async () => {
    const { page } = ada
    await house.call('PATCH', `/v1/accounts/${id}`, { note: 'the vault of ada', tags: ['root: unfinished', 'aws'] })
    await page.reload()
    await page.getByRole('button', { name: 'Show two codes' }).click()
    await page.getByText('Second code').waitFor()
    await page.getByRole('button', { name: 'The service accepted both' }).click()
    const rotated = page.getByRole('button', { name: 'The password was changed' })
    await page.getByLabel('Who changed the password').fill('ada')
    expect(await rotated.isDisabled()).toBe(true)
    await page.goto(`${house.server.url}/accounts/${id}`)
    await page.getByText('step 4 of 5 comes next').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('link', { name: 'Go on with the steps' }).click()
    await page.getByLabel('Who changed the password').fill('cato')
    await page.getByRole('combobox', { name: /right to see codes/ }).fill('Everyone')
    await page.getByRole('option', { name: 'Everyone' }).click()
    await page.getByRole('button', { name: 'Grant it' }).click()
    await page.getByText('Granted.').waitFor()
    await rotated.click()
    await page.getByText('does not count').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('is closed only after somebody else was shown a code, and keeps the note and the tags people gave it', async () => {
    const { page } = ada
    const worked = page.getByLabel('The login with the new password')
    const reload = async (path: string) => {
      await page.goto(house.server.url + path)
      await page.getByRole('heading', { name: 'AWS payroll' }).or(worked).first().waitFor()
    }
    await reload(`/accounts/${id}`)
    await page.getByRole('button', { name: 'Show code' }).click()
    await page.getByTestId('code').first().waitFor()
    await page.goto(guide)
    await page.getByText('does not count').waitFor()
    expect(await worked.isDisabled()).toBe(true)
    await cato.page.goto(`${house.server.url}/accounts/${id}`)
    await cato.page.getByRole('button', { name: 'Show code' }).click()
    await page.getByText('Somebody else was shown a code').waitFor()
    await worked.check()
    await page.getByRole('button', { name: 'Close the record' }).click()
    await page.getByText('AWS payroll is taken in').waitFor()
    await page.getByRole('link', { name: 'Open the account' }).click()
    await page.getByText('Password changed by: cato').waitFor()
    await page.getByText('Second login with a code shown to: cato').waitFor()
    await expect.poll(async () => (await account())['tags']).toEqual(['aws', 'root'])
    expect(await account()).toMatchObject({ note: 'the vault of ada' })
    expect(ada.faults).toEqual([])
  })
})
