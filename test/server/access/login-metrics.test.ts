import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { ProviderVisitor, startProvider } from '../../support/oidc-provider.ts'
import { Browser, type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, logIn } from './people.ts'

const callback = 'http://localhost:8000/authorization-code/callback'
const [sqlite] = engines
if (sqlite === undefined) throw new Error('no engine')

/** How many logins were counted since the last time it was asked. */
function counting(house: House) {
  const before = { accepted: 0, refused: 0 }
  return async () => {
    const { values } = await house.access.context.services.metrics.logins.get()
    const of = (outcome: string) => values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0
    const now = { accepted: of('accepted'), refused: of('refused') }
    const since = { accepted: now.accepted - before.accepted, refused: now.refused - before.refused }
    Object.assign(before, now)
    return since
  }
}

async function confirmDevice(house: House, browser: Browser, allow: boolean): Promise<string> {
  const started = await house.call(api.deviceStart, { body: { client: 'watchword on laptop' } })
  const { userCode, deviceCode } = started.body as { userCode: string; deviceCode: string }
  await house.call(api.deviceConfirm, { browser, params: { userCode }, body: { allow } })
  return deviceCode
}

describe('the logins metric', () => {
  it('counts each way in once: passphrase and code, a passkey that was refused, a command', async () => {
    const house = await openHouse(sqlite)
    const counted = counting(house)
    const ada = await addFirstAdministrator(house)
    const { username, passphrase } = ada
    const browser = await logIn(house, ada)
    expect(await counted()).toEqual({ accepted: 1, refused: 0 })
    await house.call(api.login, { body: { username, passphrase, code: '000000' } })
    expect(await counted()).toEqual({ accepted: 0, refused: 1 })
    const begun = await house.call(api.loginPasskeyOptions, { body: { username, passphrase } })
    expect(await counted()).toEqual({ accepted: 0, refused: 0 })
    await house.call(api.loginPasskey, { body: { ticket: begun.body['ticket'], response: { id: 'AAAA' } } })
    expect(await counted()).toEqual({ accepted: 0, refused: 1 })
    const deviceCode = await confirmDevice(house, browser, true)
    for (let poll = 0; poll < 3; poll += 1) await house.call(api.devicePoll, { body: { deviceCode } })
    expect(await counted()).toEqual({ accepted: 1, refused: 0 })
  })

  it('counts a command whose person was locked meanwhile as refused', async () => {
    const house = await openHouse(sqlite)
    const { rootToken } = await addFirstAdministrator(house)
    const bob = await addPerson(house, rootToken, { username: 'bob' })
    const deviceCode = await confirmDevice(house, bob.browser, true)
    const { storage } = house.access.context
    await storage.transaction((tx) => tx.updateTable('subject_state').set({ unknown_failures: 1000 }).execute())
    const counted = counting(house)
    await counted()
    await house.call(api.devicePoll, { body: { deviceCode } })
    expect(await counted()).toEqual({ accepted: 0, refused: 1 })
  })

  it('counts sign-on through the provider, and no new proof in a session', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [{ sub: 'u1' }] })
    const house = await openHouse(sqlite, {
      variables: {
        WATCHWORD_OIDC_ISSUER: provider.issuer,
        WATCHWORD_OIDC_CLIENT_ID: provider.clientId,
        WATCHWORD_OIDC_CLIENT_SECRET: provider.clientSecret,
      },
    })
    const counted = counting(house)
    const browser = new Browser()
    const visit = async (url: string) => {
      const answer = await house.app.inject({ url, headers: { host: 'localhost:8000', cookie: browser.header } })
      browser.keep([answer.headers['set-cookie'] ?? []].flat())
      return String(answer.headers.location)
    }
    const goThrough = async (begin: string) => {
      const back = new URL(await new ProviderVisitor(provider.issuer).visit(await visit(begin), 'u1'))
      return visit(back.pathname + back.search)
    }
    await goThrough('/v1/login/oidc')
    expect(await counted()).toEqual({ accepted: 1, refused: 0 })
    await goThrough('/v1/login/oidc?stepUp=true')
    expect(await counted()).toEqual({ accepted: 0, refused: 0 })
    await visit('/v1/login/oidc')
    await visit('/authorization-code/callback?code=x&state=y')
    expect(await counted()).toEqual({ accepted: 0, refused: 1 })
  })
})
