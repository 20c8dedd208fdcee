import { describe, expect, it, onTestFinished } from 'vitest'
import { databaseCrashRounds } from '../support/crash-rounds.ts'
import { createOwnDatabase } from '../support/own-database.ts'
import { startServer } from '../support/postgres.ts'
import { createStore } from '../support/server.ts'

describe('kill -9 of PostgreSQL under load', () => {
  it('T04 loses nothing acknowledged, accepts no code twice, and recovers by itself, four rounds', async () => {
    const postgres = await startServer()
    onTestFinished(() => postgres.stop())
    const store = createStore((await createOwnDatabase(postgres.url)).url)
    onTestFinished(() => store.remove())
    expect(await databaseCrashRounds(store, postgres, 4)).toBeGreaterThan(0)
  })
})
