import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { codeOf, openHouse } from './house.ts'
import { addFirstAdministrator, followSetup } from './people.ts'

describe.each(engines)('a setup link on $name', (engine) => {
  it('says whom it is for as often as it is asked, until it was used', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const invited = await house.call(api.createPerson, { token: ada.rootToken, body: { username: 'bob' } })
    const { setupUrl, person } = invited.body as { setupUrl: string; person: { id: string } }
    const read = () => house.call(api.readSetupLink, { body: { setupToken: new URL(setupUrl).hash.slice(1) } })
    expect((await read()).body).toEqual({ username: 'bob' })
    expect((await read()).body).toEqual({ username: 'bob' })
    await followSetup(house, setupUrl, { id: person.id, username: 'bob' })
    expect(await read()).toMatchObject({ status: 410, body: { code: 'setup_link_invalid' } })
  })

  it('tells nothing to who made one up, nor of a person who is disabled', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const invited = await house.call(api.createPerson, { token: ada.rootToken, body: { username: 'bob' } })
    const { setupUrl, person } = invited.body as { setupUrl: string; person: { id: string } }
    await house.call(api.updatePerson, {
      token: ada.rootToken,
      params: { person: person.id },
      body: { enabled: false },
    })
    const answers = await Promise.all(
      ['made up', new URL(setupUrl).hash.slice(1)].map((setupToken) =>
        house.call(api.readSetupLink, { body: { setupToken } }),
      ),
    )
    expect(answers.map(({ body }) => body)).toEqual([
      expect.objectContaining({ code: 'setup_link_invalid' }),
      expect.objectContaining({ code: 'setup_link_invalid' }),
    ])
  })

  it.each([
    ['disabled', (token: string, person: string) => ({ token, params: { person }, body: { enabled: false } }), 'bob'],
    ['deleted', (token: string, person: string) => ({ token, params: { person } }), null],
  ] as const)('T25 is over for who began with it and was %s before the first code', async (_what, ask, left) => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const invited = await house.call(api.createPerson, { token: rootToken, body: { username: 'bob' } })
    const { setupUrl, person } = invited.body as { setupUrl: string; person: { id: string } }
    const setupToken = new URL(setupUrl).hash.slice(1)
    const begun = await house.call(api.setupBegin, { body: { setupToken, passphrase: 'nine patient herons wait' } })
    const { ticket, otpauthUri } = begun.body as { ticket: string; otpauthUri: string }
    const taken = await house.call(left === null ? api.deletePerson : api.updatePerson, ask(rootToken, person.id))
    expect(taken.status).toBeLessThan(300)
    const finished = await house.call(api.setupFinish, { body: { ticket, code: codeOf(otpauthUri, house.clock) } })
    expect([finished.status, finished.body['code']]).toEqual([410, 'setup_link_invalid'])
    const { db } = house.storage
    const kept = await db.selectFrom('person').select('username').where('passphrase_hash', 'is not', null).execute()
    expect(kept.map(({ username }) => username)).not.toContain('bob')
    expect(await db.selectFrom('session').select('id').where('person_id', '=', person.id).execute()).toEqual([])
  })

  it('ends at its time, to look at and to follow', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const invited = await house.call(api.createPerson, { token: ada.rootToken, body: { username: 'bob' } })
    const { setupUrl, expiresAtMs } = invited.body as { setupUrl: string; expiresAtMs: number }
    const setupToken = new URL(setupUrl).hash.slice(1)
    const body = { setupToken, passphrase: 'nine patient herons wait' }
    house.clock.advance(expiresAtMs - house.clock.nowMs() - 1)
    expect((await house.call(api.readSetupLink, { body: { setupToken } })).status).toBe(200)
    expect((await house.call(api.setupBegin, { body })).status).toBe(200)
    house.clock.advance(1)
    expect((await house.call(api.readSetupLink, { body: { setupToken } })).status).toBe(410)
    expect((await house.call(api.setupBegin, { body })).status).toBe(410)
  })

  it('leaves a quarter of an hour for the first code', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const invited = await house.call(api.createPerson, { token: ada.rootToken, body: { username: 'bob' } })
    const { setupUrl } = invited.body as { setupUrl: string }
    const setupToken = new URL(setupUrl).hash.slice(1)
    const begun = await house.call(api.setupBegin, { body: { setupToken, passphrase: 'nine patient herons wait' } })
    const { ticket, otpauthUri } = begun.body as { ticket: string; otpauthUri: string }
    house.clock.advance(15 * 60_000)
    const finished = await house.call(api.setupFinish, { body: { ticket, code: codeOf(otpauthUri, house.clock) } })
    expect(finished).toMatchObject({ status: 410, body: { code: 'ticket_invalid' } })
  })

  it('lives a day for the first administrator and three for whoever is invited', async () => {
    const house = await openHouse(engine)
    const first = await house.access.firstSetupLink()
    expect((first?.expiresAtMs ?? 0) - house.clock.nowMs()).toBe(24 * 3_600_000)
    const ada = await addFirstAdministrator(house)
    const invited = await house.call(api.createPerson, { token: ada.rootToken, body: { username: 'bob' } })
    expect(invited.body).toMatchObject({ expiresAtMs: house.clock.nowMs() + 72 * 3_600_000 })
  })
})
