import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf } from '../../src/otp/code.ts'
import { parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { violations, visit } from '../support/console.ts'
import { addAccount, type SharedConsole, startSharedConsole } from '../support/console-people.ts'
import { describeWith } from '../support/programs.ts'

describeWith(['chromium'], 'a console that says what is', () => {
  let house: SharedConsole

  beforeAll(async () => {
    house = await startSharedConsole()
  })
  afterAll(() => house.stop())

  it('shows a way back at an address that does not exist, with status 404, to strangers and to people', async () => {
    const { page, faults, close } = await visit(house.browser, [house.server.url], { locale: 'de-DE' })
    const answer = await page.goto(`${house.server.url}/nope/nothing`)
    expect(answer?.status()).toBe(404)
    await page.getByRole('heading', { name: 'Diese Seite gibt es nicht' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('link', { name: 'Zu den Codes' }).click()
    await page.getByLabel('Passphrase').waitFor()
    expect(faults).toEqual([])
    await close()
    const ada = await house.visitAsAda()
    await ada.page.goto(`${house.server.url}/nope`)
    await ada.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
    await ada.page.getByRole('link', { name: 'Audit' }).waitFor()
    await ada.close()
  })

  it.each([
    ['/nope', 'application/json'],
    ['/nope', '*/*'],
    ['/v1/nope', 'text/html'],
    ['/assets/nope.js', 'text/html'],
  ])('answers %s for %s as a program reads it', async (path, accept) => {
    const answer = await fetch(house.server.url + path, { headers: { accept } })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toMatch(/json/)
  })

  it('offers to lift a lock only where something is locked or waits', async () => {
    const { page, close } = await house.visitAsAda()
    const { url } = house.server
    // No waits that end by themselves while the page comes: the lock stays until somebody lifts it.
    const untilLifted = { unknownPerStep: 200, unknownBeforeWaits: 100, cap: 12, knownPerWindow: 10 }
    const lockout = { ...untilLifted, knownWindowMs: 3_600_000 }
    await house.call('POST', '/v1/realms', { name: 'shop', issuerLabel: 'Shop', lockout })
    await house.call('POST', '/v1/realms/shop/subjects', { name: 'anna' })
    const enrolled = await house.call('POST', '/v1/realms/shop/subjects/anna/enrolment')
    const code = codeOf(parseOtpauthUri(String(enrolled.body['otpauthUri'])).account, Date.now())
    const verify = (typed: string) => house.call('POST', '/v1/realms/shop/subjects/anna/verify', { code: typed })
    expect((await verify(code)).body).toMatchObject({ accepted: true })
    const guess = () => verify('12345')
    const lift = page.getByRole('button', { name: 'Lift the lock' })
    await guess()
    await page.goto(`${url}/realms/shop/anna`)
    await page.getByRole('button', { name: 'Delete' }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(await lift.count()).toBe(0)
    const locked = async () => (await house.call('GET', '/v1/realms/shop/subjects/anna')).body['locked']
    for (let tries = 0; tries < 30 && (await locked()) !== true; tries++) await guess()
    await page.reload()
    await lift.click()
    await lift.waitFor({ state: 'detached' })
    await close()
  })

  it('offers it for a person only after too many wrong passphrases', async () => {
    const { url } = house.server
    const bob = await house.visitAs('bob')
    await bob.close()
    const people = (await house.call('GET', '/v1/people')).body['items'] as { id: string; username: string }[]
    const id = people.find(({ username }) => username === 'bob')?.id ?? ''
    const locked = async () => (await house.call('GET', `/v1/people/${id}`)).body['locked']
    const guess = () =>
      fetch(`${url}/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'bob', passphrase: 'not the one', code: '000000' }),
      })
    const { page, close } = await house.visitAsAda()
    const lift = page.getByRole('button', { name: 'Lift the lock' })
    await guess()
    expect(await locked()).toBe(false)
    await page.goto(`${url}/people/${id}`)
    await page.getByRole('button', { name: 'Delete' }).waitFor()
    expect(await lift.count()).toBe(0)
    let wasLocked = false
    for (let tries = 0; tries < 40 && !wasLocked; tries++) {
      await guess()
      wasLocked = (await locked()) === true
    }
    expect(wasLocked).toBe(true)
    // The first waits are short: on the page the lock is held open, whatever the time is.
    await page.route(`**/v1/people/${id}`, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...((await response.json()) as object), locked: true } })
    })
    await page.reload()
    await lift.click()
    await page.getByText('The lock of bob was lifted.').waitFor()
    await close()
  })

  it('calls the button of a code by what it does, on a phone too', async () => {
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    await addAccount(house, { label: 'Payroll', secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXA', grants })
    // A dialogue that still fades in has no contrast to judge.
    const phone = { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' } as const
    const { page, close } = await house.visitAsAda(phone)
    await page.goto(house.server.url)
    await page.getByRole('button', { name: 'Show code of Payroll' }).waitFor()
    const menu = page.getByRole('button', { name: 'Menu', exact: true })
    expect(await menu.getAttribute('aria-expanded')).toBe('false')
    await menu.click()
    await page.getByRole('link', { name: 'Audit' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Audit' }).waitFor({ state: 'hidden' })
    await page.goto(`${house.server.url}/people`)
    await page.getByRole('button', { name: 'Invite a person' }).click()
    await page.getByRole('dialog', { name: 'Invite a person' }).waitFor()
    expect(await violations(page)).toEqual([])
    await close()
  })

  it('names people in the audit, not ids', async () => {
    const { page, close } = await house.visitAsAda()
    await page.goto(`${house.server.url}/audit?action=subject.enrol`)
    const row = page.getByRole('row').filter({ hasText: 'login code of this person' }).first()
    await row.getByText(/^(ada|bob)$/).waitFor()
    await page.goto(`${house.server.url}/audit?action=person.login&outcome=refused`)
    await page.getByRole('row').filter({ hasText: 'not logged in' }).first().waitFor()
    expect(await page.getByText('stranger').count()).toBe(0)
    await close()
  })

  it('says the port the system chose', async () => {
    const { body } = await house.call('GET', '/v1/health')
    const found = body['findings'] as { check: string; message: string }[]
    const { host } = new URL(house.server.url)
    expect(found.find(({ check }) => check === 'listen address')?.message).toBe(`Listens on ${host}.`)
  })
})
