import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { openHouse } from './house.ts'
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

  it('lives a day for the first administrator and three for whoever is invited', async () => {
    const house = await openHouse(engine)
    const first = await house.access.firstSetupLink()
    expect((first?.expiresAtMs ?? 0) - house.clock.nowMs()).toBe(24 * 3_600_000)
    const ada = await addFirstAdministrator(house)
    const invited = await house.call(api.createPerson, { token: ada.rootToken, body: { username: 'bob' } })
    expect(invited.body).toMatchObject({ expiresAtMs: house.clock.nowMs() + 72 * 3_600_000 })
  })
})
