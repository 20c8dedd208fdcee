import { describe, expect, it } from 'vitest'
import {
  endSetupLinks,
  endTickets,
  keepOnce,
  type OneTimeKind,
  readOnce,
  spendOnce,
} from '../../../src/server/access/one-time.ts'
import { engines, type TestEngine } from '../../support/engines.ts'

const nowMs = 1_700_000_000_000
const times = { nowMs, livesMs: 60_000 }

async function setUp(engine: TestEngine) {
  const storage = await engine.openStorage()
  const keep = (personId: string, kind: 'setup' | 'passkey-registration' = 'setup') =>
    storage.transaction((tx) => keepOnce(tx, kind, { personId, challenge: 'any' }, times))
  const read = (token: string, kind: OneTimeKind = 'setup', atMs = nowMs) => readOnce(storage.db, kind, token, atMs)
  const spend = (token: string, kind: OneTimeKind = 'setup', atMs = nowMs) =>
    storage.transaction((tx) => spendOnce(tx, kind, token, atMs))
  return { storage, keep, read, spend }
}

describe.each(engines)('what may be used once on $name', (engine) => {
  it('is found and spent by its own token alone', async () => {
    const { keep, read, spend } = await setUp(engine)
    const [first, second] = [await keep('p1'), await keep('p2')]
    expect(await Promise.all([read(first), read(second)])).toMatchObject([{ personId: 'p1' }, { personId: 'p2' }])
    expect(await Promise.all([read('another'), read(''), spend('another')])).toEqual([null, null, null])
    expect(await spend(second)).toMatchObject({ personId: 'p2' })
    expect([await spend(second), await read(second)]).toEqual([null, null])
    expect(await read(first)).toMatchObject({ personId: 'p1' })
  })

  it('is what it was kept as: no ticket of a passkey opens a setup', async () => {
    const { keep, read, spend } = await setUp(engine)
    const ticket = await keep('p1', 'passkey-registration')
    for (const kind of ['setup', 'setup-ticket', 'passkey-login', 'passkey-proof'] as const) {
      expect([await read(ticket, kind), await spend(ticket, kind)], kind).toEqual([null, null])
    }
    expect(await spend(ticket, 'passkey-registration')).toMatchObject({ personId: 'p1' })
  })

  it('is over at its end, to the millisecond', async () => {
    const { keep, read, spend } = await setUp(engine)
    const token = await keep('p1')
    const endsAtMs = nowMs + times.livesMs
    expect([await read(token, 'setup', endsAtMs), await spend(token, 'setup', endsAtMs)]).toEqual([null, null])
    expect(await read(token, 'setup', endsAtMs - 1)).toMatchObject({ personId: 'p1' })
    expect(await spend(token, 'setup', endsAtMs - 1)).toMatchObject({ personId: 'p1' })
  })

  it('ends for one person and one kind', async () => {
    const { storage, keep, read } = await setUp(engine)
    const link = await storage.transaction((tx) => keepOnce(tx, 'setup', { personId: 'p1' }, times))
    const [ticket, other] = [await keep('p1', 'passkey-registration'), await keep('p11', 'passkey-registration')]
    await storage.transaction((tx) => endTickets(tx, 'p1'))
    expect(await read(ticket, 'passkey-registration')).toBeNull()
    expect(await read(other, 'passkey-registration')).toMatchObject({ personId: 'p11' })
    expect(await read(link)).toEqual({ personId: 'p1' })
    await storage.transaction((tx) => endSetupLinks(tx, 'p1'))
    expect(await read(link)).toBeNull()
    expect(await read(other, 'passkey-registration')).toMatchObject({ personId: 'p11' })
  })
})
