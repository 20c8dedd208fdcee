import { describe, expect, it, onTestFinished } from 'vitest'
import { databaseCrashRounds } from '../../support/crash-rounds.ts'
import { createOwnDatabase } from '../../support/own-database.ts'
import { startServer } from '../../support/postgres.ts'
import { createStore } from '../../support/server.ts'

describe('kill -9 of PostgreSQL under load, the long way', () => {
  it('T04 loses nothing acknowledged, accepts no code twice, and recovers by itself, 200 rounds', async () => {
    const postgres = await startServer()
    onTestFinished(() => postgres.stop())
    const store = createStore((await createOwnDatabase(postgres.url)).url)
    onTestFinished(() => store.remove())
    const acknowledged = await databaseCrashRounds(store, postgres, 200)
    console.log(`200 kills of PostgreSQL: ${acknowledged} acknowledged verdicts, all there`)
    expect(acknowledged).toBeGreaterThanOrEqual(100)
  }, 3_600_000)
})
