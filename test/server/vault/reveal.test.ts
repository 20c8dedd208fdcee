import { describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { hotp } from '../../../src/otp/hotp.ts'
import { steamCode } from '../../../src/otp/steam.ts'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { isFailure } from '../../../src/errors/failure.ts'
import type { PersonActor } from '../../../src/server/http/actor.ts'
import { engines } from '../../support/engines.ts'
import { testClock } from '../../support/services.ts'
import { openTestVault, sleepBy, testService, type TestVault } from '../../support/vault.ts'

const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const secret = decodeBase32(secretBase32)
const everyone = [{ grantee: 'everyone', right: 'reveal' }] as const
const periodStartMs = Date.UTC(2026, 0, 2, 3, 4, 0)

async function people(test: TestVault, count: number): Promise<PersonActor[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => test.person(`p${String(index).padStart(2, '0')}`)))
}

describe.each(engines)('reveal on $name', (engine) => {
  async function setUp(account: Parameters<TestVault['vault']['add']>[1] = {}) {
    const clock = testClock(periodStartMs)
    const test = await openTestVault(engine, { clock, sleep: sleepBy(clock) })
    const admin = await test.person('admin', { role: 'administrator' })
    const { id } = await test.vault.add(admin, { label: 'AWS', secretBase32, grants: [...everyone], ...account })
    return { ...test, clock, admin, id }
  }

  it('gives two people under exclusive one code and one refusal with holder and time', async () => {
    const { vault, id, person, clock } = await setUp({ lease: 'exclusive' })
    const [ana, ben] = [await person('ana'), await person('ben')]
    clock.advance(5000)
    const asked = await Promise.allSettled([vault.reveal(ana, id), vault.reveal(ben, id), vault.reveal(ana, id)])
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(asked[1]).toMatchObject({
      reason: { code: 'reveal_lease_held', detail: { holder: 'ana', seconds: 25, retryAfterMs: 25_000 } },
    })
    clock.advance(25_000)
    await expect(vault.reveal(ben, id)).resolves.toMatchObject({ lease: { holder: 'ben', mine: true } })
  })

  it('shows who was first under warn', async () => {
    const { vault, id, person } = await setUp()
    const [ana, ben] = [await person('ana'), await person('ben')]
    expect(await vault.reveal(ana, id)).toMatchObject({ lease: { mode: 'warn', holder: 'ana', mine: true } })
    expect(await vault.reveal(ben, id)).toMatchObject({ lease: { mode: 'warn', holder: 'ana', mine: false } })
  })

  it('gives 50 parallel scripts under exclusive with minSeconds distinct steps, in order, none twice', async () => {
    const clock = testClock(periodStartMs)
    // Everybody sleeps on the test's clock, which moves to the next one's turn when nobody is awake any more.
    const asleep: { atMs: number; wake: () => void }[] = []
    const sleep = (ms: number) => new Promise<void>((wake) => void asleep.push({ atMs: clock.nowMs() + ms, wake }))
    const test = await openTestVault(engine, { clock, sleep })
    const admin = await test.person('admin', { role: 'administrator' })
    const account = { label: 'AWS', secretBase32, grants: [...everyone], lease: 'exclusive' as const }
    const { id } = await test.vault.add(admin, account)
    const scripts = await people(test, 50)
    const steps = new Map<string, number>()
    const script = async (actor: PersonActor): Promise<void> => {
      while (!steps.has(actor.username)) {
        try {
          steps.set(actor.username, (await test.vault.reveal(actor, id, { minSeconds: 10 })).step)
        } catch (error) {
          if (!isFailure(error, 'reveal_lease_held')) throw error
          await sleep(Number(error.detail['retryAfterMs']))
        }
      }
    }
    const running = Promise.all(scripts.map(script))
    while (steps.size < scripts.length) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      if (asleep.length < scripts.length - steps.size) continue
      asleep.sort((a, b) => a.atMs - b.atMs)
      const next = asleep.shift()
      clock.set(Math.max(clock.nowMs(), next?.atMs ?? 0))
      next?.wake()
    }
    await running
    const inOrder = scripts.map(({ username }) => steps.get(username) ?? 0)
    expect(new Set(inOrder).size).toBe(50)
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b))
  })

  it('T104 waits for a code that lives long enough, at most one period', async () => {
    const { vault, id, person, clock } = await setUp()
    const ana = await person('ana')
    clock.advance(25_000)
    const waited = await vault.reveal(ana, id, { minSeconds: 20 })
    expect(waited.validUntilMs - waited.serverTimeMs).toBeGreaterThanOrEqual(29_000)
    expect(waited.serverTimeMs - periodStartMs).toBeLessThan(31_000)
    const most = await vault.reveal(ana, id, { minSeconds: 120 })
    expect(most.serverTimeMs - waited.serverTimeMs).toBeLessThanOrEqual(30_000)
  })

  it('tells the next code only in the last 10 seconds', async () => {
    const { vault, id, person, clock } = await setUp()
    const ana = await person('ana')
    expect(await vault.reveal(ana, id, { next: true })).not.toHaveProperty('next')
    clock.advance(20_000)
    const { step, next } = await vault.reveal(ana, id, { next: true })
    expect(next).toMatchObject({ step: step + 1, code: hotp(secret, step + 1, { digits: 6 }) })
  })

  it('advances a counter once per Idempotency-Key', async () => {
    const { vault, id, person } = await setUp({ type: 'hotp', counter: 7 })
    const [ana, ben] = [await person('ana'), await person('ben')]
    await expect(vault.reveal(ana, id)).rejects.toMatchObject({ code: 'reveal_key_missing' })
    const reveal = (actor: PersonActor, idempotencyKey: string) => vault.reveal(actor, id, { idempotencyKey })
    const asked = await Promise.all([
      reveal(ana, 'k1'),
      reveal(ana, 'k1'),
      reveal(ben, 'k1'),
      reveal(ana, 'k2'),
      reveal(ana, 'k1'),
    ])
    expect(asked.map(({ step }) => step)).toEqual([7, 7, 8, 9, 7])
    expect(asked.map(({ code }) => code)).toEqual([7, 7, 8, 9, 7].map((counter) => hotp(secret, counter)))
    expect(await reveal(ana, 'k1')).toMatchObject({ step: 7 })
    expect(await reveal(ana, 'k3')).toMatchObject({ step: 10 })
  })

  it('shows the letters of Steam', async () => {
    const { vault, id, person, clock } = await setUp({ type: 'steam' })
    expect((await vault.reveal(await person('ana'), id)).code).toBe(steamCode(secret, clock.nowMs()))
  })

  it('gives two codes in a row to who may see them or stored the secret, neither of a later step', async () => {
    const { vault, id, admin, person, clock } = await setUp({ grants: [] })
    const step = Math.floor(clock.nowMs() / 30_000)
    const { first, second } = await vault.registerCodes(admin, id)
    expect([first.code, second.code]).toEqual([hotp(secret, step - 1), hotp(secret, step)])

    const boss = await person('boss', { role: 'administrator' })
    await expect(vault.registerCodes(boss, id)).rejects.toMatchObject({ code: 'reveal_not_custodian' })
    await vault.grant(admin, id, { grantee: 'person', granteeId: 'boss', right: 'reveal' })
    await expect(vault.registerCodes(boss, id)).resolves.toHaveProperty('second')
    const ana = await person('ana')
    await vault.grant(admin, id, { grantee: 'person', granteeId: 'ana', right: 'reveal' })
    await expect(vault.registerCodes(ana, id)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('asks for a recent login or a passkey where the account says so', async () => {
    const { vault, id, admin, person, clock } = await setUp({ stepUp: 'recent' })
    const ana = await person('ana')
    await vault.reveal(ana, id)
    clock.advance(6 * 60_000)
    await expect(vault.reveal(ana, id)).rejects.toMatchObject({ code: 'reveal_step_up_recent' })
    await expect(vault.reveal(testService(`reveal:${id}`), id)).rejects.toMatchObject({ code: 'reveal_step_up_recent' })
    await vault.reveal({ ...ana, authenticatedAtMs: clock.nowMs() }, id)

    await vault.update(admin, id, { stepUp: 'passkey' })
    const again = { ...ana, authenticatedAtMs: clock.nowMs() }
    await expect(vault.reveal(again, id)).rejects.toMatchObject({ code: 'reveal_step_up_passkey' })
    await vault.reveal({ ...again, passkeyAtMs: clock.nowMs() }, id)
  })

  it('audits each of many parallel reveals before any code leaves', async () => {
    const test = await setUp()
    const { vault, id, core } = test
    const actors = await people(test, 20)
    const asks = Array.from({ length: 200 }, (_, index) => vault.reveal(actors[index % 20] ?? testService(), id))
    const codes = new Set((await Promise.all(asks)).map(({ code }) => code))
    expect(codes.size).toBe(1)
    const { items } = await core.audit.list({ object: id, action: 'account.reveal' }, { limit: 500 })
    expect(items).toHaveLength(200)
    expect((await vault.reveals(test.admin, id, { limit: 150 })).items).toHaveLength(150)
    expect((await core.audit.verify()).problems).toEqual([])
  })

  it('counts every code handed out in the last 30 days, for who manages the account', async () => {
    const test = await setUp()
    const { vault, id, clock } = test
    const actors = await people(test, 20)
    const dayMs = 86_400_000
    const asks = Array.from({ length: 600 }, (_, index) => vault.reveal(actors[index % 20] ?? testService(), id))
    await Promise.all(asks)
    clock.advance(2 * dayMs)
    await vault.reveal(await test.person('ana'), id)
    const { days } = await vault.revealCounts(test.admin, id)
    expect(days).toHaveLength(30)
    expect(days.slice(-3).map(({ count }) => count)).toEqual([600, 0, 1])
    clock.advance(28 * dayMs)
    expect((await vault.revealCounts(test.admin, id)).days.map(({ count }) => count).filter(Boolean)).toEqual([1])
    await expect(vault.revealCounts(await test.person('ben'), id)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('sends a notice for a marked account in the same transaction', async () => {
    const told: string[] = []
    const clock = testClock(periodStartMs)
    const notices = { post: async (_tx: unknown, { summary }: { summary: string }) => void told.push(summary) }
    const test = await openTestVault(engine, { clock, notices })
    const admin = await test.person('admin', { role: 'administrator' })
    const { id } = await test.vault.add(admin, { label: 'AWS', secretBase32, grants: [...everyone], marked: true })
    await test.vault.reveal(await test.person('ana'), id)
    expect(told).toEqual(['ana was shown a code of AWS.'])
  })

  it('ends waits when the server stops or nobody waits any more', async () => {
    // Nine seconds before the code they wait for: none of them may come while this machine is busy.
    const clock = testClock(periodStartMs + 21_000)
    const test = await openTestVault(engine, { clock })
    const admin = await test.person('admin', { role: 'administrator' })
    const { id } = await test.vault.add(admin, { label: 'AWS', secretBase32, grants: [...everyone] })
    const gone = new AbortController()
    const left = test.vault.reveal(admin, id, { minSeconds: 10, signal: gone.signal })
    const stopped = test.vault.reveal(await test.person('ana'), id, { minSeconds: 10 })
    setTimeout(() => gone.abort(), 100)
    await expect(left).rejects.toMatchObject({ code: 'server_stopping' })
    test.vault.stop()
    await expect(stopped).rejects.toMatchObject({ code: 'server_stopping' })
    const { items } = await test.core.audit.list({ action: 'account.reveal' })
    expect(items).toEqual([])
  })

  it('T09 holds leases and counters over two servers on one database', async () => {
    const shared = { place: await engine.freshPlace(), rootKey: newRootKey() }
    const clock = testClock(periodStartMs)
    const one = await openTestVault(engine, { clock, shared })
    const two = await openTestVault(engine, { clock, shared })
    const admin = await one.person('admin', { role: 'administrator' })
    const [ana, ben] = [await one.person('ana'), await one.person('ben')]
    const grants = [...everyone]
    const timed = await one.vault.add(admin, { label: 'T', secretBase32, grants, lease: 'exclusive' })
    const counted = await one.vault.add(admin, { label: 'C', secretBase32, grants, type: 'hotp', allowDuplicate: true })

    const asked = await Promise.allSettled([one.vault.reveal(ana, timed.id), two.vault.reveal(ben, timed.id)])
    expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])

    const counters = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : two).vault.reveal(ana, counted.id, { idempotencyKey: `k${index}` }),
      ),
    )
    expect(counters.map(({ step }) => step).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })
})
