import { setTimeout as delay } from 'node:timers/promises'
import type { Storage } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import { seeAccount } from './account-access.ts'
import type { VaultAccount } from './account.ts'
import { stepTimes } from './lease.ts'
import { leasesOf } from './lease-store.ts'
import { accountChange, type VaultRoom } from './room.ts'

/** What watchers of an account see: who holds the code of this moment, and that something changed. */
export interface LiveState {
  readonly holder: string | null
  /** Who else was shown that code: where the lease only warns, its first holder is to hear of it too. */
  readonly others: readonly string[]
  readonly step: number
  readonly updatedAtMs: number
  readonly serverTimeMs: number
}

/** Rights are asked again at least so often, and a quiet line is kept open. */
const beatMs = 15_000
/** Enough to name everybody; beyond that nobody reads on. */
const mostReveals = 50
/** Who watches longer connects again: no line is open for ever. */
const longestMs = 5 * 60_000

/**
 * The state of an account now and after each change, as server-sent events, until the watcher leaves, loses the
 * account or has watched for five minutes.
 */
export async function* watchAccount(
  room: VaultRoom,
  askerNow: () => Promise<Actor>,
  accountId: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const endsAt = performance.now() + longestMs
  let told = ''
  let woke: 'change' | 'beat' = 'change'
  while (!signal.aborted && performance.now() < endsAt) {
    const next = nextChange(room.core.storage, accountId, signal)
    const state = await readState(room, askerNow, accountId).catch(() => null)
    if (state === null) return
    const { serverTimeMs: _time, ...lasting } = state
    const telling = JSON.stringify(lasting)
    if (telling !== told) yield `event: state\ndata: ${JSON.stringify(state)}\n\n`
    else if (woke === 'beat') yield ': still here\n\n'
    told = telling
    woke = await next
  }
}

async function readState(room: VaultRoom, askerNow: () => Promise<Actor>, accountId: string): Promise<LiveState> {
  const { db } = room.core.storage
  const serverTimeMs = room.core.services.clock.nowMs()
  const { account } = await seeAccount(db, await askerNow(), accountId, serverTimeMs)
  const step = Math.floor(serverTimeMs / 1000 / account.periodSeconds)
  const isLeased = account.lease !== 'off' && account.type !== 'hotp'
  const leases = isLeased ? await leasesOf(db, [{ accountIds: [accountId], fromStep: step }]) : []
  const holder = leases.find((lease) => lease.step === step)?.holderName ?? null
  const others = account.lease === 'warn' && holder !== null ? await shownBeside(room, account, step, holder) : []
  return { holder, others, step, updatedAtMs: account.updatedAtMs, serverTimeMs }
}

/** Names of those whom the audit knows to have been shown the code of a step, without its holder. */
async function shownBeside(
  { core }: VaultRoom,
  { id, periodSeconds }: VaultAccount,
  step: number,
  holder: string,
): Promise<string[]> {
  // The step may have been handed out as the next one of the step before.
  const afterMs = stepTimes(step - 1, periodSeconds).startMs
  const filter = { object: id, action: 'account.reveal', outcome: 'accepted', afterMs }
  const { items } = await core.audit.list(filter, { limit: mostReveals })
  const shown = items.filter(({ detail }) => detail?.['step'] === step || detail?.['nextStep'] === step)
  return [...new Set(shown.map(({ actorName }) => actorName))].filter((name) => name !== holder).toSorted()
}

/** Resolves at the next change of the account, at the beat, or when nobody watches any more. */
async function nextChange(storage: Storage, accountId: string, signal: AbortSignal): Promise<'change' | 'beat'> {
  const done = new AbortController()
  const stop = AbortSignal.any([signal, done.signal])
  const unlisten = storage.changes.listen((change) => {
    if (change.kind === accountChange && change.objectId === accountId) done.abort()
  })
  try {
    await delay(beatMs, undefined, { signal: stop, ref: false })
    return 'beat'
  } catch {
    return 'change'
  } finally {
    unlisten()
  }
}
