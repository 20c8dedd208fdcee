import { describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { tinyMfaDoor } from '../../../src/server/compat/tiny-mfa/door.ts'
import { bootstrap } from '../../../src/server/compat/ungleichotp/bootstrap.ts'
import { ungleichotpDoor } from '../../../src/server/compat/ungleichotp/door.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { tokenWith } from '../subjects/actors.ts'
import { mintToken, openDoorHouse, send } from './doors.ts'

const json = { 'content-type': 'application/json' }

async function openHouse(engine: (typeof engines)[number]) {
  const house = await openDoorHouse(engine)
  await tinyMfaDoor(house.app, house)
  await ungleichotpDoor(house.app, house, {})
  const { entry: admin } = await bootstrap(house, {}, { name: 'root' })
  const root = await mintToken(house, 'door:tiny-mfa')
  const nowMs = () => house.core.clock.nowMs()
  const tiny = (method: string, path: string, body?: object) =>
    send(house.app, method, `/api/v1${path}`, {
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'tiny-mfa-access-token': root },
    })
  const ungleich = (method: string, path: string, body: object) =>
    send(house.app, method, `/ungleichotp${path}`, { body: JSON.stringify(body), headers: json })
  const auth = () => ({
    auth_name: admin.name,
    auth_realm: admin.realm,
    auth_token: totp(decodeBase32(admin.seed), nowMs()),
  })
  await tiny('POST', '/issuer', { name: 'shop', contact: 'a@shop.local', enabled: true })
  await tiny('POST', '/issuer/shop/users', { name: 'demo', email: 'd@shop.local', enabled: true })
  const realm = await house.subjects.realm('shop')
  const subject = realm === null ? null : await house.subjects.find(realm, 'demo')
  if (realm === null || subject === null) throw new Error('demo is missing')
  const { secretBase32 } = await house.subjects.enrolment.show(realm, subject, byOperator)
  const code = (steps = 0) => totp(decodeBase32(secretBase32), nowMs() + steps * 30_000)
  /** What each foreign door says to a code of the same user. */
  const said = {
    tinyMfa: (given: string) => tiny('POST', '/issuer/shop/users/demo/totp', { token: given }).then(statusAndText),
    ungleichotp: (given: string) =>
      ungleich('POST', '/verify/', {
        ...auth(),
        verifyname: 'demo',
        verifyrealm: 'shop',
        verifytoken: given,
      }).then(statusAndText),
  }
  /** The same user's code through each of the three doors. */
  const through = {
    tinyMfa: async (given: string) => (await said.tinyMfa(given)).status === 200,
    ungleichotp: async (given: string) => (await said.ungleichotp(given)).status === 200,
    api: async (given: string) => {
      const request = { realm: 'shop', subject: 'demo', code: given, purpose: 'verify', source: null } as const
      return (await house.subjects.judge({ ...request, actor: tokenWith(), address: '', door: 'api' })).accepted
    },
  }
  const lift = () => house.core.storage.transaction((tx) => house.subjects.lift(tx, realm, subject, byOperator))
  return { house, admin, tiny, ungleich, auth, code, through, said, lift }
}

function statusAndText({ status, text }: { status: number; text: string }): { status: number; text: string } {
  return { status, text }
}

describe.each(engines)('one core behind all doors on $name', (engine) => {
  it('T11 spends a code for every door at once', async () => {
    const { house, code, through } = await openHouse(engine)
    const doors = Object.values(through)
    for (const first of doors) {
      expect(await first(code())).toBe(true)
      for (const other of doors) expect(await other(code())).toBe(false)
      house.core.clock.advance(60_000)
    }
  })

  it('T02 refuses a spent code at every other door in another spelling, in the words of a wrong one', async () => {
    const { house, code, through, said, lift } = await openHouse(engine)
    const fullWidth = (text: string) => [...text].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')
    const spellings = [
      (text: string) => ` ${text}`,
      (text: string) => `${text.slice(0, 3)} ${text.slice(3)}`,
      fullWidth,
    ]
    for (const spelling of spellings) {
      expect(await through.api(code())).toBe(true)
      const wrong = String((Number(code()) + 1) % 1_000_000).padStart(6, '0')
      for (const answer of Object.values(said)) {
        const replayed = await answer(spelling(code()))
        expect(replayed.status).toBeGreaterThanOrEqual(400)
        expect(replayed).toEqual(await answer(spelling(wrong)))
      }
      house.core.clock.advance(90_000)
      await lift()
    }
  })

  it('T20 counts strangers at one door and closes their budget at another', async () => {
    const { house, code, through } = await openHouse(engine)
    for (let count = 0; count < 5; count += 1) await through.api('000000')
    expect(await through.tinyMfa(code())).toBe(false)
    house.core.clock.advance(30_000)
    expect(await through.tinyMfa(code())).toBe(true)
  })

  it('audits every door in one chain', async () => {
    const { house, code, through } = await openHouse(engine)
    await through.tinyMfa(code(-1))
    await through.ungleichotp(code())
    await through.api('000000')
    const { items } = await house.core.audit.list({ action: 'subject.verify' })
    expect(items.map(({ detail }) => detail?.['door'])).toEqual(['api', 'ungleichotp', 'tiny-mfa'])
    expect(await house.core.audit.verify()).toMatchObject({ whole: true })
  })

  it('closes one door and leaves the others open', async () => {
    const { house, code, through } = await openHouse(engine)
    house.closed.add('tinyMfa')
    expect(await through.tinyMfa(code())).toBe(false)
    expect(await through.ungleichotp(code())).toBe(true)
  })
})
