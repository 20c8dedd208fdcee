import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { drawQrPng } from '../../src/qr/draw.ts'
import type { ConsoleServer } from './console.ts'

/** Pages whose pictures stand in the README and the guide. */
export const pictured = [
  ['audit', '/audit'],
  ['realm', '/realms/shop'],
  ['root-account', '/accounts/root'],
] as const

/** A passkey device for Chromium’s developer protocol. */
export const virtualAuthenticator = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
} as const

/** Accounts as a team has them, for the pictures. */
const furniture = [
  ['AWS production', 'Amazon', '123456789012', ['aws', 'root']],
  ['Cloudflare', 'Cloudflare', 'ops@example.com', ['network']],
  ['GitHub deploy bot', 'GitHub', 'acme-bot', ['code']],
  ['Hetzner', 'Hetzner', 'K0123456', ['hosting']],
  ['Payroll', 'Fortnox', '556012-3456', ['finance']],
  ['Workspace', 'Google', 'admin@example.com', ['mail']],
] as const

/** Stores a draft of sign-on, tests it and activates it, as an administrator does in the settings. */
export async function activateSignOn(
  page: Page,
  server: ConsoleServer,
  provider: { issuer: string; clientId: string; clientSecret: string },
): Promise<void> {
  await page.goto(`${server.url}/settings?tab=oidc`)
  await page.getByLabel('Issuer').fill(provider.issuer)
  await page.getByLabel('Client ID').fill(provider.clientId)
  await page.getByLabel('Client secret').fill(provider.clientSecret)
  await page.getByRole('button', { name: 'Save draft' }).click()
  await page.getByText('Saved.').waitFor()
  await page.getByRole('button', { name: 'Test draft' }).click()
  await page.getByText('The draft works').waitFor()
  await page.getByRole('button', { name: 'Activate' }).click()
  await page.getByText('Single sign-on is active').waitFor()
}

/** Logs in through the provider’s own pages. */
export async function signOn(page: Page, url: string, sub: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('link', { name: 'Continue with single sign-on' }).click()
  await page.locator('input[name=login]').fill(sub)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  await page.locator('button[type=submit]').click()
  await page.getByRole('heading', { name: 'Codes' }).waitFor()
}

/** Adds an account by a QR image; answers the path of its page, which is open then. */
export async function addByImage(page: Page, url: string, uri: string): Promise<string> {
  const image = drawQrPng(uri, { sizePixels: 400 })
  await page.goto(`${url}/accounts/new`)
  await page.getByRole('tab', { name: 'QR code' }).click()
  const file = { name: 'code.png', mimeType: 'image/png', buffer: Buffer.from(image) }
  await page.locator('input[type=file][accept="image/*"]').setInputFiles(file)
  await page.getByText('1 code found').waitFor()
  await page.getByRole('button', { name: 'Add 1 account' }).click()
  await page.getByText('1 account added').waitFor()
  const link = page.getByRole('listitem').getByRole('link').first()
  const path = (await link.getAttribute('href')) ?? ''
  await link.click()
  await page.getByRole('heading', { name: 'Who may do what' }).waitFor()
  return path
}

/** Gives a person, and the administrator too, the right to see codes of the account whose page is open. */
export async function grantReveal(page: Page, name: string): Promise<void> {
  for (const who of [name, 'livia']) {
    await page.getByRole('button', { name: 'Grant a right' }).click()
    await chooseGrantee(page, who)
    await page.getByRole('button', { name: 'Grant', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
}

/** Chooses who gets a right in the dialogue that is open. */
export async function chooseGrantee(page: Page, name: string): Promise<void> {
  const grant = page.getByRole('button', { name: 'Grant', exact: true })
  // A list that still finds its place takes a press that began on one option and ended on none.
  const choose = async () => {
    await page.getByRole('combobox', { name: 'Who' }).fill(name)
    await page
      .getByRole('option', { name: new RegExp(name, 'i') })
      .first()
      .click()
    return grant.isEnabled()
  }
  await expect.poll(choose).toBe(true)
}

/** Adds an account with a secret of its own, and opens its page. */
export async function addByText(page: Page, url: string, label: string, given?: string): Promise<void> {
  const own = encodeBase32(crypto.getRandomValues(new Uint8Array(20)))
  await page.goto(`${url}/accounts/new`)
  await page.getByLabel('otpauth link, or the secret').fill(given ?? own)
  await page.getByText('Compare with the other app').waitFor()
  await page.getByLabel('Name', { exact: true }).fill(label)
  const share = page.getByRole('combobox', { name: /Share it with/ })
  const shareWithAll = async () => {
    await share.click()
    await page.getByRole('option', { name: 'Everyone' }).click()
    return share.inputValue()
  }
  await expect.poll(shareWithAll).toBe('Everyone')
  await page.getByRole('button', { name: 'Add account' }).click()
  const again = page.getByRole('button', { name: 'Add it anyway' })
  const heading = page.getByRole('heading', { name: 'Who may do what' })
  await again.or(heading).waitFor()
  if (await again.isVisible()) await again.click()
  await heading.waitFor()
}

/** Fills the console through its own API with {@link furniture} and a realm. */
export async function furnish(page: Page, url: string): Promise<void> {
  const accounts = furniture.map(([label, issuer, identifier, tags]) => {
    const secretBase32 = encodeBase32(crypto.getRandomValues(new Uint8Array(20)))
    return { label, issuer, identifier, tags, secretBase32, grants: [{ grantee: 'everyone', right: 'reveal' }] }
  })
  const subjects = ['anna', 'bert', 'çağla', 'dmitri'].map((name) => ({ name, email: 'someone@example.com' }))
  const asked = [
    ...accounts.map((body) => ['/v1/accounts', body] as const),
    ['/v1/realms', { name: 'shop', issuerLabel: 'Shop' }] as const,
    ...subjects.map((body) => ['/v1/realms/shop/subjects', body] as const),
    ['/v1/realms/shop/subjects/anna/enrolment', undefined] as const,
  ]
  await page.goto(url)
  const statuses = await page.evaluate(async (requests) => {
    const me = (await (await fetch('/v1/me')).json()) as { csrfToken: string }
    const answered: number[] = []
    for (const [path, body] of requests) {
      const json = body === undefined ? {} : { body: JSON.stringify(body) }
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      const headers = { ...type, 'x-csrf-token': me.csrfToken }
      answered.push((await fetch(path, { method: 'POST', headers, ...json })).status)
    }
    return answered
  }, asked)
  expect(new Set(statuses)).toEqual(new Set([201]))
}

/** Every page of the console, with real things behind the addresses that name one. */
export async function everyPath(page: Page, url: string, account: string): Promise<string[]> {
  await page.goto(url)
  const ids = await page.evaluate(async () => {
    const me = (await (await fetch('/v1/me')).json()) as { csrfToken: string; person: { id: string } }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken }
    const post = (path: string, body?: object) =>
      fetch(path, { method: 'POST', headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    await post('/v1/groups', { name: 'Platform' })
    const { items } = (await (await fetch('/v1/groups')).json()) as { items: { id: string; source: string }[] }
    return { person: me.person.id, group: items.find(({ source }) => source === 'local')?.id ?? '' }
  })
  const tabs = ['oidc', 'rules', 'qr', 'notices'].map((tab) => `/settings?tab=${tab}`)
  const plain = ['/', '/accounts/new', '/accounts/root', '/realms', '/people', '/groups', '/tokens', '/sessions']
  const more = ['/rotations', '/audit', '/settings', ...tabs, '/me', '/device', '/enrol#x', '/setup#x', '/accounts/a/b']
  const named = [account, '/realms/shop', '/realms/shop/anna', `/people/${ids.person}`, `/groups/${ids.group}`]
  return [...plain, ...more, ...named]
}

/** Adds five thousand accounts as an import does. */
export async function addFiveThousand(page: Page, url: string): Promise<void> {
  const uris = Array.from({ length: 5000 }, (_, index) => {
    const own = new TextEncoder().encode(`secret of number ${String(index).padStart(5, '0')}`)
    return `otpauth://totp/Number%20${index}?secret=${encodeBase32(own)}`
  })
  await page.goto(url)
  const added = await page.evaluate(async (text) => {
    const me = (await (await fetch('/v1/me')).json()) as { csrfToken: string }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken }
    const post = async (path: string, body: object) =>
      (await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    const read = (await post('/v1/accounts/candidates', { text })) as { batch: string; candidates: { ref: string }[] }
    const refs = read.candidates.map(({ ref }) => ref)
    const answer = (await post(`/v1/accounts/candidates/${read.batch}`, { refs })) as { added?: unknown[] }
    return answer.added?.length ?? JSON.stringify(answer)
  }, uris.join('\n'))
  expect(added).toBe(5000)
}
