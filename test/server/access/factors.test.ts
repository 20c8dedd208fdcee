import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { loseNextCommit } from '../../support/broken-storage.ts'
import { startMailReceiver } from '../../support/smtp.ts'
import { codeOf, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, logIn } from './people.ts'

describe.each(engines)('a new code of one’s own on $name', (engine) => {
  async function setUp() {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const [browser, other] = [await logIn(house, ada), await logIn(house, ada)]
    const begun = await house.call(api.beginCode, { browser })
    const otpauthUri = String(begun.body['otpauthUri'])
    const confirm = async (code: string) => (await house.call(api.confirmCode, { browser, body: { code } })).body
    return { house, ada, browser, other, otpauthUri, confirm }
  }

  it('begins within ten minutes of a proof, and asks for a new one after them', async () => {
    const house = await openHouse(engine)
    const browser = await logIn(house, await addFirstAdministrator(house))
    house.clock.advance(10 * 60_000 - 30_000)
    expect((await house.call(api.beginCode, { browser })).status).toBe(200)
    house.clock.advance(1)
    expect((await house.call(api.beginCode, { browser })).body).toMatchObject({ status: 403, code: 'reproof_needed' })
  })

  it('T81 T105 is confirmed by its first code, and tells how far the clock behind a wrong one is off', async () => {
    const { house, ada, browser, other, otpauthUri, confirm } = await setUp()
    const serverTimeMs = house.clock.nowMs()
    expect(await confirm(codeOf(otpauthUri, house.clock, -4))).toEqual({
      confirmed: false,
      reason: 'wrong',
      clockOffsetSteps: -4,
      serverTimeMs,
    })
    expect(await confirm('000000')).toEqual({ confirmed: false, reason: 'wrong', serverTimeMs })
    expect((await house.call(api.readMe, { browser: other })).body['kind']).toBe('person')
    expect(await confirm(codeOf(otpauthUri, house.clock))).toEqual({ confirmed: true, serverTimeMs })
    expect((await house.call(api.readMe, { browser })).body['kind']).toBe('person')
    expect((await house.call(api.readMe, { browser: other })).body['kind']).toBe('stranger')
    house.clock.advance(30_000)
    await expect(logIn(house, ada)).rejects.toThrow('401')
    await logIn(house, { ...ada, otpauthUri })
  })

  it('counts only together with the end of the other sessions, whatever dies in between', async () => {
    const { house, other, otpauthUri, confirm } = await setUp()
    const code = codeOf(otpauthUri, house.clock)
    const kindOfOther = async () => (await house.call(api.readMe, { browser: other })).body['kind']
    loseNextCommit(house.storage, 'transaction')
    expect(await confirm(code)).toMatchObject({ status: 503 })
    expect(await kindOfOther()).toBe('person')
    expect(await confirm(code)).toMatchObject({ confirmed: true })
    expect(await kindOfOther()).toBe('stranger')
  })

  it('T10 is confirmed once: its code says so afterwards, and the old one counts until then', async () => {
    const { house, ada, otpauthUri, confirm } = await setUp()
    await logIn(house, ada)
    const code = codeOf(otpauthUri, house.clock)
    expect(await confirm(code)).toMatchObject({ confirmed: true })
    expect(await confirm(code)).toMatchObject({ confirmed: false, reason: 'replayed' })
  })

  it('T42 tells a guesser nothing about clocks', async () => {
    const { house, ada } = await setUp()
    const { username, passphrase, otpauthUri } = ada
    const answer = await house.call(api.login, {
      body: { username, passphrase, code: codeOf(otpauthUri, house.clock, -4) },
    })
    expect([answer.status, Object.keys(answer.body).toSorted()]).toEqual([401, ['code', 'status', 'title', 'type']])
  })
})

describe.each(engines)('a new passphrase of one’s own on $name', (engine) => {
  async function setUp() {
    const mail = await startMailReceiver()
    const house = await openHouse(engine, { mail: { smtpUrl: mail.smtpUrl, from: 'watchword@example.com' } })
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob', email: 'bob@example.com' })
    const [browser, other] = [await logIn(house, bob), await logIn(house, bob)]
    const newPassphrase = 'another march, another dawn'
    const change = async (body: object) =>
      house.call(api.changePassphrase, { browser, body: { passphrase: bob.passphrase, newPassphrase, ...body } })
    return { mail, house, bob, browser, other, newPassphrase, change }
  }

  it('needs the old one and a code, ends the other sessions, and is told by mail whatever was switched off', async () => {
    const { mail, house, bob, browser, other, newPassphrase, change } = await setUp()
    await house.call(api.updateMe, { browser, body: { preferences: { 'mail:person.factor_changed': false } } })
    const code = () => codeOf(bob.otpauthUri, house.clock)
    const refused = [
      await change({}),
      await change({ code: '000000' }),
      await change({ code: code(), passphrase: 'not the passphrase' }),
      await change({ code: code(), newPassphrase: 'bob' }),
    ]
    expect(refused.map(({ body }) => body['code'])).toEqual([
      'reproof_refused',
      'reproof_refused',
      'reproof_refused',
      'passphrase_weak',
    ])
    expect((await house.call(api.readMe, { browser: other })).body['kind']).toBe('person')
    house.clock.advance(30_000)
    expect((await change({ code: code() })).status).toBe(204)
    expect((await house.call(api.readMe, { browser: other })).body['kind']).toBe('stranger')
    expect((await house.call(api.readMe, { browser })).body['kind']).toBe('person')
    house.clock.advance(30_000)
    await expect(logIn(house, bob)).rejects.toThrow('401')
    await logIn(house, { ...bob, passphrase: newPassphrase })
    await house.notices.outbox.drain()
    const told = mail.arrived.filter(({ source }) => source.includes('a passphrase or factor was changed'))
    expect(told.map(({ to }) => to)).toEqual([['bob@example.com']])
  })

  it('T11 spends the code of a new proof, which then counts for what asks for it', async () => {
    const { house, bob, browser, other } = await setUp()
    house.clock.advance(20 * 60_000)
    const renew = async () => (await house.call(api.newRecoveryCodes, { browser })).body
    expect(await renew()).toMatchObject({ code: 'reproof_needed' })
    const proof = { passphrase: bob.passphrase, code: codeOf(bob.otpauthUri, house.clock) }
    expect((await house.call(api.reproof, { browser, body: proof })).body).toEqual({
      authenticatedAtMs: house.clock.nowMs(),
    })
    const again = await house.call(api.reproof, { browser: other, body: proof })
    expect([again.status, again.body['code']]).toEqual([403, 'reproof_refused'])
    const proofs = (await house.access.context.audit.list({ action: 'person.reproof' })).items
    expect(proofs.map(({ outcome, reason, objectId }) => [outcome, reason, objectId])).toEqual([
      ['refused', 'code', bob.id],
      ['accepted', undefined, bob.id],
    ])
    const { recoveryCodes } = (await renew()) as { recoveryCodes: string[] }
    const logInBy = async (recoveryCode?: string) => {
      const { username, passphrase } = bob
      return (await house.call(api.login, { body: { username, passphrase, recoveryCode } })).status
    }
    expect([await logInBy(bob.recoveryCodes[0]), await logInBy(recoveryCodes[0])]).toEqual([401, 200])
  })
})
