import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { openHouse } from './house.ts'
import { addFirstAdministrator } from './people.ts'

describe.each(engines)('the members of a group on $name', (engine) => {
  it.each(['ops', 'everyone'])('of %s come page by page, by name, each once', async (group) => {
    const house = await openHouse(engine)
    const { rootToken: token } = await addFirstAdministrator(house)
    await house.call(api.createGroup, { token, body: { name: 'ops' } })
    const names = ['bob', 'cid', 'dan', 'eve', 'fay']
    for (const username of names) {
      await house.call(api.createPerson, { token, body: { username } })
      await house.call(api.addMember, { token, params: { group: 'ops', person: username } })
    }
    const page = async (query: Record<string, string>) => {
      const { body } = await house.call(api.listMembers, { token, params: { group }, query })
      const { items, nextCursor } = body as { items: { username: string }[]; nextCursor?: string }
      return { names: items.map(({ username }) => username), nextCursor }
    }
    const first = await page({ limit: '1' })
    const second = await page({ limit: '10', cursor: first.nextCursor ?? '' })
    expect([...first.names, ...second.names]).toEqual(group === 'ops' ? names : ['ada', ...names])
    expect(second.nextCursor).toBeUndefined()
  })
})
