import { describe, expect, it, onTestFinished } from 'vitest'
import { crashRounds } from '../../support/crash-rounds.ts'
import { createStore } from '../../support/server.ts'

describe('kill -9 under load, the long way', () => {
  it('T04 loses nothing acknowledged and accepts no code twice, 200 rounds', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    const acknowledged = await crashRounds(store, 200)
    console.log(`200 kills of the server: ${acknowledged} acknowledged verdicts, all there`)
    expect(acknowledged).toBeGreaterThanOrEqual(100)
  }, 3_600_000)
})
