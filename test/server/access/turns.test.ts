import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { sql } from '../../../src/server/database/sql.ts'
import { takeTurn } from '../../../src/server/database/turns.ts'
import { engines } from '../../support/engines.ts'
import { until } from '../../support/until.ts'
import { type House, openHouse } from './house.ts'
import { addFirstAdministrator } from './people.ts'

const draft = {
  issuer: 'https://idp.example.com',
  clientId: 'watchword',
  scopes: ['openid'],
  groupsClaim: 'groups',
  administratorsGroup: '',
  allowedGroups: [],
  acceptBearer: false,
  bearerAudience: '',
}

type Act = (house: House, token: string) => Promise<{ readonly status: number }>

const acts: readonly (readonly [Parameters<typeof takeTurn>[2], string, Act])[] = [
  ['waitingDevices', 'a command that signs in', (house) => house.call(api.deviceStart, { body: { client: 'x' } })],
  ['signOn', 'a draft of sign-on', (house, token) => house.call(api.draftOidc, { token, body: draft })],
  ['signOn', 'switching sign-on off', (house, token) => house.call(api.disableOidc, { token })],
]

// SQLite needs no lock: its write transactions never run side by side.
describe.each(engines.filter(({ name }) => name === 'postgres'))(
  'a rule that looks before it writes on $name',
  (engine) => {
    it.each(acts)('%s: %s waits for whoever decides by it at that moment', async (rule, _what, act) => {
      const house = await openHouse(engine)
      const { rootToken } = await addFirstAdministrator(house)
      const isWaiting = async () => {
        const waiting = sql`select 1 from pg_locks join pg_stat_activity using (pid)
        where not granted and locktype = 'advisory' and datname = current_database()`
        return (await waiting.execute(house.storage.db)).rows.length > 0
      }
      let isDone = false
      const wasDone = await house.storage.transaction(async (tx) => {
        await takeTurn(tx, 'postgres', rule)
        const acting = act(house, rootToken).finally(() => (isDone = true))
        await until(async () => isDone || (await isWaiting()))
        return { isDone, acting }
      })
      expect([wasDone.isDone, (await wasDone.acting).status]).toEqual([false, 200])
    })
  },
)
