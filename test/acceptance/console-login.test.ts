import { afterAll, beforeAll, expect, it } from 'vitest'
import { visit } from '../support/console.ts'
import { type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { describeWith } from '../support/programs.ts'
import { passphrase } from '../support/server.ts'

const refused = 'These details are not right'

describeWith(['chromium'], 'a login that is refused', () => {
  let house: SharedConsole
  beforeAll(async () => {
    house = await startSharedConsole()
  })
  afterAll(() => house.stop())

  it('says so beside the form, for a wrong passphrase and for a wrong recovery code', async () => {
    const { page, faults, close } = await visit(house.browser, [house.server.url])
    await page.goto(house.server.url)
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Passphrase').fill('not the one')
    await page.getByLabel('Code', { exact: true }).fill('123456')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: refused }).waitFor()
    expect(await page.getByLabel('User name').inputValue()).toBe('ada')

    await page.reload()
    await page.getByRole('button', { name: 'Use a recovery code' }).click()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Passphrase').fill(passphrase)
    await page.getByLabel('Recovery code').fill('AAAA-BBBB-CCCC')
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: refused }).waitFor()
    expect(faults).toEqual([])
    await close()
  })

  it('says so above a page whose session ended, too', async () => {
    const { page, close } = await house.visitAsAda()
    await page.goto(`${house.server.url}/people`)
    await page.getByRole('button', { name: 'Invite a person' }).waitFor()
    await page.context().clearCookies()
    await page.getByRole('link', { name: 'Groups' }).click()
    const ended = page.getByRole('dialog', { name: 'Your session has ended' })
    await ended.getByLabel('User name').fill('ada')
    await ended.getByLabel('Passphrase').fill('not the one')
    await ended.getByLabel('Code', { exact: true }).fill('123456')
    await ended.getByRole('button', { name: 'Log in', exact: true }).click()
    await ended.getByRole('alert').filter({ hasText: refused }).waitFor()
    expect(await ended.getByLabel('User name').inputValue()).toBe('ada')
    await close()
  })
})
