import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { codeOf, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, logIn } from './people.ts'

describe.each(engines)('a login on $name', (engine) => {
  it('opens the console with passphrase and code, and says who is there', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const browser = await logIn(house, ada)
    const me = await house.call(api.readMe, { browser })
    expect(me.body).toMatchObject({ kind: 'person', mayAdminister: true, person: { username: 'ada', hasCode: true } })
  })
})
