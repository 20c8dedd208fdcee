import { publicKeyOf } from '../src/server/vault/account.ts'
import { request, sendLoad } from './load.ts'
import { atLeastAbsolute, type Measurement } from './row.ts'
import { constantLoad, withSeededServer } from './verify.ts'

/** The code JSON that totpshare's page polls, each audited and durable. */
export const totpshareMeasurement: Measurement = {
  name: 'totpshare code',
  measure: () =>
    withSeededServer(1, async (server, { token, accountId }) => {
      const path = `/secret/${publicKeyOf(accountId, 'bench')}`
      const requests = [request('GET', path, { authorization: `Bearer ${token}` })]
      const load = { port: server.port, requests, connections: 128, repeat: true }
      await sendLoad({ ...load, seconds: 1 })
      const ours = await sendLoad({ ...load, seconds: 4 })
      if ((ours.statuses['200'] ?? 0) !== ours.answers) {
        throw new Error(`not every code answered 200: ${JSON.stringify(ours.statuses)}`)
      }
      const constant = await constantLoad(token)
      const figures = { value: ours.perSecond, unit: 'codes/s', yardstick: 'constant answer' }
      return [atLeastAbsolute('totpshare code', { ...figures, yardstickValue: constant.perSecond }, 10_000)]
    }),
}
