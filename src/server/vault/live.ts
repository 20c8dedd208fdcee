import { setTimeout as delay } from 'node:timers/promises'
import type { Storage } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import { seeAccount } from './account-access.ts'
import { leasesOf } from './lease-store.ts'
import { accountChange, type VaultRoom } from './room.ts'

/** What watchers of an account see: who holds the code of this moment, and that something changed. */
export interface LiveState {
  readonly holder: string | null
  readonly step: number
  readonly updatedAtMs: number
  readonly serverTimeMs: number
}

/** Rights are asked again at least so often, and a quiet line is kept open. */
const beatMs = 15_000
/** Who watches longer connects again, and so with fresh rights of their own. */
const longestMs = 5 * 60_000

/**
 * The state of an account now and after each change, as server-sent events, until the watcher leaves, loses the
 * account or has watched for five minutes.
 */
export async function* watchAccount(
  room: VaultRoom,
  actor: Actor,
  accountId: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const endsAt = performance.now() + longestMs
  let told = ''
  let woke: 'change' | 'beat' = 'change'
  while (!signal.aborted && performance.now() < endsAt) {
    const next = nextChange(room.core.storage, accountId, signal)
    const state = await readState(room, actor, accountId).catch(() => null)
    if (state === null) return
    const { serverTimeMs: _time, ...lasting } = state
    const telling = JSON.stringify(lasting)
    if (telling !== told) yield `event: state\ndata: ${JSON.stringify(state)}\n\n`
    else if (woke === 'beat') yield ': still here\n\n'
    told = telling
    woke = await next
  }
}

async function readState(room: VaultRoom, actor: Actor, accountId: string): Promise<LiveState> {
  const { db } = room.core.storage
  const serverTimeMs = room.core.services.clock.nowMs()
  const { account } = await seeAccount(db, actor, accountId, serverTimeMs)
  const step = Math.floor(serverTimeMs / 1000 / account.periodSeconds)
  const isLeased = account.lease !== 'off' && account.type !== 'hotp'
  const leases = isLeased ? await leasesOf(db, [{ accountIds: [accountId], fromStep: step }]) : []
  const holder = leases.find((lease) => lease.step === step)?.holderName ?? null
  return { holder, step, updatedAtMs: account.updatedAtMs, serverTimeMs }
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
