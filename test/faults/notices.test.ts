import { describe, expect, it, onTestFinished } from 'vitest'
import { noticeRounds } from '../support/notice-rounds.ts'
import { createStore } from '../support/server.ts'

describe('kill -9 of the server and of the receiver of its notices', () => {
  it('loses no notice and invents none: each arrives under one id, six rounds', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    const { acknowledged, notices } = await noticeRounds(store, 6)
    expect(acknowledged).toBeGreaterThan(0)
    expect(notices).toBeGreaterThanOrEqual(acknowledged)
  })
})
