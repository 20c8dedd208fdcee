import { startServer } from '../test/support/postgres.ts'
import type { Measurement } from './row.ts'
import { verifyMeasurement } from './verify.ts'

/** Verification on a PostgreSQL beside the server, with its own durable commits. */
export const verifyOnPostgres: Measurement = {
  name: 'verify on PostgreSQL',
  async measure() {
    const postgres = await startServer({ isDurable: true })
    try {
      return await verifyMeasurement('verify on PostgreSQL', 0.2, null, async () => ({
        WATCHWORD_DATABASE_URL: postgres.url,
      })).measure()
    } finally {
      await postgres.stop()
    }
  },
}
