import { describe, expect, it, onTestFinished } from 'vitest'
import { crashRounds } from '../support/crash-rounds.ts'
import { createStore } from '../support/server.ts'

describe('kill -9 under load', () => {
  it('T04 loses nothing acknowledged and accepts no code twice, ten rounds', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    expect(await crashRounds(store, 10)).toBeGreaterThanOrEqual(5)
  })
})
