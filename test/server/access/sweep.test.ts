import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { sweepLogins } from '../../../src/server/access/access.ts'
import { sql } from '../../../src/server/database/sql.ts'
import { engines } from '../../support/engines.ts'
import { codeOf, openHouse } from './house.ts'
import { addFirstAdministrator } from './people.ts'

const dayMs = 86_400_000

describe.each(engines)('the sweep of logins on $name', (engine) => {
  it('T22 forgets where nobody logged in for thirty days, and never the guesses of strangers', async () => {
    const house = await openHouse(engine)
    const { username, passphrase, otpauthUri, id } = await addFirstAdministrator(house)
    const logIn = (address: string, typed = passphrase) => {
      house.clock.advance(30_000)
      const body = { username, passphrase: typed, code: codeOf(otpauthUri, house.clock) }
      return house.call(api.login, { address, body })
    }
    const sources = async () => {
      await sweepLogins(house.access.context)
      const { db } = house.storage
      const rows = await db.selectFrom('login_source').select('accepted_at_ms').where('person_id', '=', id).execute()
      return rows.map((row) => row.accepted_at_ms).toSorted((one, other) => one - other)
    }
    await house.storage.transaction((tx) => tx.deleteFrom('login_source').execute())
    expect((await logIn('192.0.2.1')).status).toBe(200)
    const firstAtMs = house.clock.nowMs()
    expect((await logIn('198.51.100.1', 'not the passphrase')).status).toBe(401)
    house.clock.advance(29 * dayMs)
    expect((await logIn('203.0.113.1')).status).toBe(200)
    const secondAtMs = house.clock.nowMs()
    expect(await sources()).toEqual([0, firstAtMs, secondAtMs])
    house.clock.advance(dayMs)
    expect(await sources()).toEqual([0, secondAtMs])
    house.clock.advance(400 * dayMs)
    expect(await sources()).toEqual([0])
  })
})

it('T65 looks up the sign-ins of commands by index, however many strangers begin', async () => {
  const [sqlite] = engines
  const db = await sqlite?.openDatabase()
  const planOf = async (condition: string) => {
    if (db === undefined) throw new Error('there is no SQLite')
    const { rows } = await sql<{ detail: string }>`explain query plan select id from device_grant where ${sql.raw(
      condition,
    )}`.execute(db)
    return rows.map(({ detail }) => detail).join()
  }
  for (const condition of [
    "address = 'a' and state = 'waiting' and expires_at_ms > 1",
    "person_id = 'a'",
    'expires_at_ms <= 1',
  ])
    expect(await planOf(condition), condition).toMatch('USING INDEX device_grant_by_')
})
