import { bulkEnrol, readBulkJob } from '../src/api/bulk.ts'
import { createClient } from '../src/client/client.ts'
import { sendLoad } from './load.ts'
import { atMost, type Measurement } from './row.ts'
import { freshStep, verifyBody, verifyPath, verifyRequests, withSeededServer } from './verify.ts'

const name = 'verify p99 during a bulk enrolment'
const rows = 10_000
/** What a person still takes for at once. */
const ceilingMs = 100

/** Enrolling ten thousand subjects from a list while others are verified. */
export const bulkMeasurement: Measurement = {
  name,
  measure: () =>
    withSeededServer(8000, async (server, seeded) => {
      const client = createClient({ baseUrl: `http://127.0.0.1:${server.port}`, token: seeded.token })
      const load = { port: server.port, connections: 16, seconds: 3, repeat: false }
      await freshStep()
      await sendLoad({ ...load, requests: verifyRequests(seeded, verifyPath, verifyBody, { steps: [-1] }) })
      const alone = await sendLoad({
        ...load,
        requests: verifyRequests(seeded, verifyPath, verifyBody, { steps: [0] }),
      })
      const content = `name\n${Array.from({ length: rows }, (_, index) => `bulk${index}`).join('\n')}\n`
      const job = await client.call(bulkEnrol, { params: { realm: 'bench' }, body: { format: 'csv', content } })
      const beside = await sendLoad({
        ...load,
        requests: verifyRequests(seeded, verifyPath, verifyBody, { steps: [1] }),
      })
      const { job: after } = await client.call(readBulkJob, {
        params: { realm: 'bench', job: job.id },
        query: { limit: 1 },
      })
      if (after.done === 0) throw new Error('the enrolment did not run beside the verification')
      const figures = { value: beside.p99Ms, unit: 'ms', yardstick: 'p99 without it', yardstickValue: alone.p99Ms }
      return [atMost(name, figures, ceilingMs)]
    }),
}
