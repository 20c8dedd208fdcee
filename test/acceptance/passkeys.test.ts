import type { AddressInfo } from 'node:net'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRouter } from '../../src/server/http/router.ts'
import { vaultRoutes } from '../../src/server/vault/routes.ts'
import { createVault } from '../../src/server/vault/vault.ts'
import { patienceMs, startMs } from '../support/console.ts'
import { engines, type TestEngine } from '../support/engines.ts'
import { findProgram } from '../support/programs.ts'
import { codeOf, type House, openHouse } from '../server/access/house.ts'
import { addFirstAdministrator, type TestPerson } from '../server/access/people.ts'

const executablePath = findProgram('chromium')

/** A listening house, a page of its origin in Chromium, and a virtual authenticator in that page. */
async function openBrowser(
  engine: TestEngine,
  furnish: (house: House) => void = () => {},
): Promise<{ house: House; page: Page; ada: TestPerson }> {
  if (executablePath === null) throw new Error('no Chromium')
  const house = await openHouse(engine)
  furnish(house)
  const ada = await addFirstAdministrator(house)
  house.app.get('/blank', (_request, reply) =>
    reply
      .header('content-security-policy', "connect-src 'self'")
      .type('text/html')
      .send('<!doctype html><title>x</title>'),
  )
  await house.app.listen({ host: '127.0.0.1', port: 0 })
  const origin = `http://localhost:${(house.app.server.address() as AddressInfo).port}`
  const browser = await chromium.launch({
    timeout: startMs,
    executablePath,
    args: ['--no-sandbox', '--host-resolver-rules=MAP localhost 127.0.0.1'],
  })
  onTestFinished(() => browser.close())
  const context = await browser.newContext()
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  await page.goto(`${origin}/blank`)
  await addAuthenticator(context, page)
  return { house, page, ada }
}

async function addAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const devTools = await context.newCDPSession(page)
  await devTools.send('WebAuthn.enable')
  await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

type Json = Record<string, unknown>

/** Calls the API as a page does: with the browser's cookies and the session's CSRF token. */
function call(
  page: Page,
  method: string,
  path: string,
  body: Json | null = null,
): Promise<{ status: number; body: Json }> {
  return page.evaluate(
    async (wish) => {
      const me = (await (await fetch('/v1/me')).json()) as { csrfToken: string | null }
      const response = await fetch(wish.path, {
        method: wish.method,
        headers: {
          ...(wish.body === null ? {} : { 'content-type': 'application/json' }),
          ...(me.csrfToken === null ? {} : { 'x-csrf-token': me.csrfToken }),
        },
        ...(wish.body === null ? {} : { body: JSON.stringify(wish.body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
    },
    { method, path, body },
  )
}

/** Lets the authenticator make or show a passkey. */
function ceremony(page: Page, kind: 'create' | 'get', options: unknown): Promise<Json> {
  return page.evaluate(
    async (wish) => {
      const json = wish.options as never
      const credential = await (wish.kind === 'create'
        ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json) })
        : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json) }))
      return (credential as PublicKeyCredential).toJSON() as unknown as Record<string, unknown>
    },
    { kind, options },
  )
}

async function logInWithCode(page: Page, { house, ada }: { house: House; ada: TestPerson }): Promise<void> {
  const { username, passphrase, otpauthUri } = ada
  const code = codeOf(otpauthUri, house.clock)
  expect((await call(page, 'POST', '/v1/login', { username, passphrase, code })).status).toBe(200)
  house.clock.advance(30_000)
}

async function register(page: Page): Promise<void> {
  const begun = await call(page, 'POST', '/v1/me/passkeys/options')
  const response = await ceremony(page, 'create', begun.body['options'])
  const added = await call(page, 'POST', '/v1/me/passkeys', { ticket: begun.body['ticket'], name: 'laptop', response })
  expect([added.status, added.body['name']]).toEqual([201, 'laptop'])
}

describe.skipIf(executablePath === null).each(engines)('passkeys in a real browser on $name', (engine) => {
  it('are the second factor of a login, once for each prompt', async () => {
    const { house, page, ada } = await openBrowser(engine)
    await logInWithCode(page, { house, ada })
    await register(page)
    await call(page, 'POST', '/v1/logout')
    const { username, passphrase } = ada
    const begun = await call(page, 'POST', '/v1/login/passkey/options', { username, passphrase })
    const response = await ceremony(page, 'get', begun.body['options'])
    const finish = () => call(page, 'POST', '/v1/login/passkey', { ticket: begun.body['ticket'], response })
    const logins = () => house.access.context.services.metrics.logins.get()
    const before = (await logins()).values.find(({ labels }) => labels.outcome === 'accepted')?.value ?? 0
    const done = await finish()
    expect((await logins()).values).toContainEqual({ labels: { outcome: 'accepted' }, value: before + 1 })
    expect(done.body).toMatchObject({ me: { kind: 'person', mayAdminister: true, person: { passkeyCount: 1 } } })
    await call(page, 'POST', '/v1/logout')
    expect((await finish()).body['code']).toBe('login_refused')
  })

  it('open nothing with a wrong passphrase before them', async () => {
    const { house, page, ada } = await openBrowser(engine)
    await logInWithCode(page, { house, ada })
    await register(page)
    await call(page, 'POST', '/v1/logout')
    const wrong = { username: ada.username, passphrase: 'not the passphrase' }
    const begun = await call(page, 'POST', '/v1/login/passkey/options', wrong)
    const response = await ceremony(page, 'get', begun.body['options'])
    const refused = await call(page, 'POST', '/v1/login/passkey', { ticket: begun.body['ticket'], response })
    expect([refused.status, refused.body['code']]).toEqual([401, 'login_refused'])
  })

  it('prove in a session that their person is there, for what asks for it', async () => {
    const { house, page, ada } = await openBrowser(engine)
    await logInWithCode(page, { house, ada })
    await register(page)
    house.clock.advance(20 * 60_000)
    const late = await call(page, 'POST', '/v1/me/recovery-codes')
    expect(late.body['code']).toBe('reproof_needed')
    const begun = await call(page, 'POST', '/v1/me/step-up/options')
    const response = await ceremony(page, 'get', begun.body['options'])
    const proven = await call(page, 'POST', '/v1/me/step-up', { ticket: begun.body['ticket'], response })
    expect(proven.body).toEqual({ authenticatedAtMs: house.clock.nowMs() })
    expect((await call(page, 'POST', '/v1/me/recovery-codes')).status).toBe(200)
    const again = await call(page, 'POST', '/v1/me/step-up', { ticket: begun.body['ticket'], response })
    expect(again.body['code']).toBe('ticket_invalid')
  })

  it('show the code of an account that asks for one, for five minutes', async () => {
    const { house, page, ada } = await openBrowser(engine, (opened) => {
      const vault = createVault(opened.access.context)
      vaultRoutes(createRouter(opened.app), vault)
      onTestFinished(() => vault.stop())
    })
    await logInWithCode(page, { house, ada })
    await register(page)
    const added = await call(page, 'POST', '/v1/accounts', {
      label: 'AWS root',
      secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      stepUp: 'passkey',
      grants: [{ grantee: 'everyone', right: 'reveal' }],
    })
    const reveal = async () => {
      const { status, body } = await call(page, 'POST', `/v1/accounts/${String(added.body['id'])}/reveal`, {})
      return [status, body['code']]
    }
    expect(await reveal()).toEqual([403, 'reveal_step_up_passkey'])
    const begun = await call(page, 'POST', '/v1/me/step-up/options')
    const response = await ceremony(page, 'get', begun.body['options'])
    await call(page, 'POST', '/v1/me/step-up', { ticket: begun.body['ticket'], response })
    expect(await reveal()).toEqual([200, expect.stringMatching(/^\d{6}$/)])
    house.clock.advance(5 * 60_000 + 1)
    expect(await reveal()).toEqual([403, 'reveal_step_up_passkey'])
  })
})
