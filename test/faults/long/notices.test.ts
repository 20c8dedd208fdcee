import { describe, expect, it, onTestFinished } from 'vitest'
import { noticeRounds } from '../../support/notice-rounds.ts'
import { createOwnDatabase } from '../../support/own-database.ts'
import { createStore } from '../../support/server.ts'

describe('kill -9 of the server and of the receiver of its notices, the long way', () => {
  it('loses no notice and invents none on SQLite, 120 rounds', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    const { acknowledged, notices, repeated } = await noticeRounds(store, 120)
    console.log(
      `120 kills on SQLite: ${acknowledged} reveals, ${notices} notices, ${repeated} told again under their id`,
    )
    expect(acknowledged).toBeGreaterThan(120)
    expect(repeated, 'some kill hit a delivery under way').toBeGreaterThan(0)
  })

  it('loses no notice and invents none on PostgreSQL, 60 rounds', async () => {
    const database = await createOwnDatabase()
    onTestFinished(() => database.drop())
    const store = createStore(database.url)
    onTestFinished(() => store.remove())
    const { acknowledged, notices, repeated } = await noticeRounds(store, 60)
    console.log(
      `60 kills on PostgreSQL: ${acknowledged} reveals, ${notices} notices, ${repeated} told again under their id`,
    )
    expect(acknowledged).toBeGreaterThan(60)
    expect(repeated, 'some kill hit a delivery under way').toBeGreaterThan(0)
  })
})
