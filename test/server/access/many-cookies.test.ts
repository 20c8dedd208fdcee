import { describe, expect, it, vi } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { openHouse } from './house.ts'
import { addFirstAdministrator, logIn } from './people.ts'

describe.each(engines)('cookies of our name on $name', (engine) => {
  it('T66 are looked up some at a time, however many a stranger sends; the right one counts among stale ones', async () => {
    const house = await openHouse(engine)
    const browser = await logIn(house, await addFirstAdministrator(house))
    const [name = ''] = browser.cookies.keys()
    const ask = async (values: readonly string[]) =>
      (await house.call(api.readMe, { headers: { cookie: values.map((value) => `${name}=${value}`).join('; ') } })).body
    const looked = vi.spyOn(house.access.sessions, 'look')
    expect((await ask(Array.from({ length: 300 }, (_, index) => `forged-${index}`)))['kind']).toBe('stranger')
    expect(looked.mock.calls.length).toBeLessThan(10)
    expect((await ask(['stale', 'older', browser.cookies.get(name) ?? '']))['kind']).toBe('person')
  })
})
