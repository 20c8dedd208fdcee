import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { violations, type Visit } from '../support/console.ts'
import { chooseGrantee } from '../support/console-acts.ts'
import { addAccount, type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { describeWith } from '../support/programs.ts'

const everyone = [{ grantee: 'everyone', right: 'reveal' }]
const codeIn = (page: Page) => page.getByTestId('code').first()

describeWith(['chromium'], 'an account that people share', () => {
  let house: SharedConsole
  let ada: Visit
  let marcus: Visit
  let secrets = 0

  beforeAll(async () => {
    house = await startSharedConsole()
    // What still fades in has no contrast to judge.
    ada = await house.visitAsAda({ reducedMotion: 'reduce' })
    marcus = await house.visitAs('marcus')
  })
  afterAll(() => house.stop())

  const add = (given: object) => {
    const secretBase32 = `JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX${'ABCDEFGHIJ'[secrets++]}`
    return addAccount(house, { secretBase32, grants: everyone, ...given })
  }

  it('tells both of two people who were shown the same code, on the home page', async () => {
    const id = await add({ label: 'Warned', periodSeconds: 86_400 })
    for (const { page } of [ada, marcus]) await page.goto(house.server.url)
    await ada.page.getByRole('button', { name: 'Show code of Warned' }).click()
    await codeIn(ada.page).waitFor()
    await marcus.page.getByRole('button', { name: 'Show code of Warned' }).click()
    await codeIn(marcus.page).waitFor()
    await marcus.page.getByText('ada has it too').first().waitFor()
    await ada.page.getByText('marcus has it too').first().waitFor()
    await ada.page.goto(`${house.server.url}/accounts/${id}`)
    await ada.page.getByRole('button', { name: 'Show code' }).click()
    await ada.page.getByText('marcus has this code too. A service takes a code once').first().waitFor()
    expect(await violations(ada.page)).toEqual([])
  })

  it('keeps the next step for who waits, and renews nothing unasked under an exclusive lease', async () => {
    // Long enough for both to ask within one step on a busy machine.
    const periodSeconds = 30
    await add({ label: 'Exclusive', lease: 'exclusive', periodSeconds })
    for (const { page } of [ada, marcus]) await page.goto(house.server.url)
    // Begins with a step, so that both find it.
    const stepMs = periodSeconds * 1000
    await ada.page.waitForTimeout(stepMs - (Date.now() % stepMs) + 100)
    await ada.page.getByRole('button', { name: 'Show code of Exclusive' }).click()
    await codeIn(ada.page).waitFor()
    const first = await codeIn(ada.page).innerText()
    const asked: string[] = []
    ada.page.on('request', (request) => asked.push(request.url()))
    await marcus.page.getByRole('button', { name: 'Show code of Exclusive' }).click()
    await marcus.page.getByText('ada has this code.').waitFor()
    const promised = Number(
      /Yours in (\d+)/.exec(
        await marcus.page
          .getByText(/Yours in \d+/)
          .first()
          .innerText(),
      )?.[1],
    )
    expect(promised).toBeLessThanOrEqual(periodSeconds)
    await codeIn(marcus.page).waitFor()
    expect(await codeIn(marcus.page).innerText()).not.toBe(first)
    await codeIn(ada.page).waitFor({ state: 'detached' })
    expect(asked.filter((url) => url.endsWith('/reveal'))).toEqual([])
  })

  it('shows a right that somebody gives themselves at once', async () => {
    const id = await addAccount(house, { label: 'Managed', secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3P22' })
    const { page } = ada
    await page.goto(`${house.server.url}/accounts/${id}`)
    await page.getByText('Grant yourself the right below').waitFor()
    await page.getByRole('button', { name: 'Grant a right' }).click()
    await chooseGrantee(page, 'ada')
    await page.getByRole('button', { name: 'Grant', exact: true }).click()
    await page.getByRole('button', { name: 'Show code' }).waitFor()
    await expect.poll(() => page.getByText('may not see its codes').count()).toBe(0)
  })

  it('keeps what another tab changed meanwhile, and asks before it replaces the same field', async () => {
    const id = await add({ label: 'Edited' })
    const other = await ada.page.context().newPage()
    for (const page of [ada.page, other]) {
      await page.goto(`${house.server.url}/accounts/${id}`)
      await page.getByRole('button', { name: 'Edit details' }).click()
    }
    await ada.page.getByLabel('Note').fill('kept by the first tab')
    await ada.page.getByRole('button', { name: 'Save' }).click()
    await ada.page.getByRole('dialog').waitFor({ state: 'detached' })
    await other.getByLabel('Service').fill('Amazon')
    await other.getByRole('button', { name: 'Save' }).click()
    await other.getByRole('dialog').waitFor({ state: 'detached' })
    const read = async () => (await house.call('GET', `/v1/accounts/${id}`)).body
    expect(await read()).toMatchObject({ note: 'kept by the first tab', issuer: 'Amazon' })

    for (const page of [ada.page, other]) await page.getByRole('button', { name: 'Edit details' }).click()
    await ada.page.getByLabel('Note').fill('mine')
    await other.getByLabel('Note').fill('yours')
    await other.getByRole('button', { name: 'Save' }).click()
    await other.getByRole('dialog').waitFor({ state: 'detached' })
    await ada.page.getByRole('button', { name: 'Save' }).click()
    await ada.page.getByText('Somebody else changed this meanwhile: Note').waitFor()
    expect(await read()).toMatchObject({ note: 'yours' })
    await ada.page.getByRole('button', { name: 'Save' }).click()
    await ada.page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await read()).toMatchObject({ note: 'mine' })
    await other.close()
  })

  it('says on its page that it is deleted, and comes back from there', async () => {
    const id = await add({ label: 'Deleted' })
    const { page } = ada
    await page.goto(`${house.server.url}/accounts/${id}`)
    await page.getByRole('button', { name: 'Delete account' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('heading', { name: 'Codes', exact: true }).waitFor()
    await page.goBack()
    await page.getByText('This account is deleted').waitFor()
    expect(await page.getByRole('button', { name: 'Delete account' }).count()).toBe(0)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('button', { name: 'Show code' }).waitFor()
  })

  it('counts codes handed out, and no refusals', async () => {
    const id = await add({ label: 'Counted', lease: 'exclusive', periodSeconds: 86_400 })
    for (const { page } of [ada, marcus, marcus]) {
      await page.goto(`${house.server.url}/accounts/${id}`)
      const asked = page.waitForResponse((response) => response.url().endsWith('/reveal'))
      await page.getByRole('button', { name: 'Show code' }).click()
      await asked
    }
    await ada.page.goto(`${house.server.url}/accounts/${id}`)
    await ada.page.getByText('Show as a table').click()
    const counts = await ada.page.getByRole('table').getByRole('row').allInnerTexts()
    expect(counts.filter((row) => /\s1$/.test(row))).toHaveLength(1)
    expect(counts.filter((row) => /\s[2-9]$/.test(row))).toEqual([])
    await ada.page.getByText('refused').first().waitFor()
  })

  it('takes a code out of what screen readers find, at the end of its step and on the next page', async () => {
    await add({ label: 'Spoken', periodSeconds: 4 })
    await add({ label: 'Lasting', periodSeconds: 86_400 })
    const { page } = ada
    const spoken = page.locator('output[aria-live=polite]')
    await page.goto(house.server.url)
    await page.getByRole('button', { name: 'Show code of Spoken' }).waitFor()
    const heard = await listenTo(page)
    // Longer than a step: the page's own time is old when the code comes.
    await page.waitForTimeout(4500)
    await page.getByRole('button', { name: 'Show code of Spoken' }).click()
    await expect.poll(heard).toMatch(/Code for Spoken.*\d \d \d/)
    expect(Number(/Valid for (\d+)/.exec(await heard())?.[1])).toBeLessThanOrEqual(8)
    // The next code would take the place of the last at once, so none is let through any more.
    await page.route('**/reveal', (route) => route.abort())
    await expect.poll(() => spoken.innerText()).not.toMatch(/\d \d \d/)
    await page.unroute('**/reveal')

    await page.goto(house.server.url)
    await page.getByRole('button', { name: 'Show code of Lasting' }).click()
    await expect.poll(() => spoken.innerText()).toMatch(/Code for Lasting.*\d \d \d/)
    await page.getByRole('link', { name: 'Groups' }).click()
    await page.getByRole('heading', { name: 'Groups', exact: true }).waitFor()
    await expect.poll(() => spoken.innerText()).not.toMatch(/\d \d \d/)
  })
})

/** Keeps what a page lets be spoken, which may be gone before anybody looks; answers the first that names a code. */
async function listenTo(page: Page): Promise<() => Promise<string>> {
  await page.evaluate(() => {
    const region = document.querySelector('output[aria-live=polite]')
    const texts: string[] = []
    Object.assign(globalThis, { heard: texts })
    const keep = () => void texts.push(region?.textContent ?? '')
    if (region !== null)
      new MutationObserver(keep).observe(region, { childList: true, subtree: true, characterData: true })
  })
  return () =>
    page.evaluate(() => {
      const { heard } = globalThis as unknown as { heard: string[] }
      return heard.find((text) => text.includes('Code for')) ?? ''
    })
}
