import { request, sendLoad } from './load.ts'
import { atLeastAbsolute, type Measurement } from './row.ts'
import { constantLoad, withSeededServer } from './verify.ts'

/** Reveals of one account's code as JSON, each audited and durable. */
export const revealMeasurement: Measurement = {
  name: 'reveal',
  measure: () =>
    withSeededServer(1, async (server, { token, accountId }) => {
      const requests = [request('POST', `/v1/accounts/${accountId}/reveal`, { authorization: `Bearer ${token}` }, '{}')]
      const load = { port: server.port, requests, connections: 128, repeat: true }
      await sendLoad({ ...load, seconds: 1 })
      const ours = await sendLoad({ ...load, seconds: 4 })
      if ((ours.statuses['200'] ?? 0) !== ours.answers)
        throw new Error(
          `not every reveal answered 200: ${JSON.stringify(ours.statuses)} ${JSON.stringify(ours.bodies)}`,
        )
      const constant = await constantLoad(token)
      return [
        atLeastAbsolute(
          'reveal',
          {
            value: ours.perSecond,
            unit: 'reveals/s',
            yardstick: 'constant answer',
            yardstickValue: constant.perSecond,
          },
          10_000,
        ),
      ]
    }),
}
