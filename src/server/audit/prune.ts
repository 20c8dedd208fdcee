import type { KeyObject } from 'node:crypto'
import { asHotTx } from '../database/sql.ts'
import { Failure } from '../../errors/failure.ts'
import type { Storage } from '../database/storage.ts'
import { appendEvents, type Chain, readHead, writeHead } from './chain.ts'
import { makeCheckpoint, type Signer } from './checkpoint.ts'
import type { AuditEvent } from './event.ts'
import {
  breathe,
  findHead,
  firstSequence,
  hashAt,
  insertCheckpoint,
  lastBefore,
  leftBehind,
  listChains,
  removeUpTo,
} from './store.ts'
import { prefixProblems } from './verify.ts'

/** So many events are deleted in one transaction, whatever their number (T94). */
const batch = 5000

/** Who prunes, and with what. */
export interface Pruning {
  readonly storage: Storage
  readonly headKey: KeyObject
  readonly signer: Signer
  /** The chain the act itself is recorded in. */
  readonly chain: Chain
  readonly nowMs: number
  /** Who asked for it, as the audit tells it. */
  readonly by: Pick<AuditEvent, 'actorKind' | 'actorId' | 'actorName' | 'address'>
}

/**
 * Removes events from before a moment. What is left still verifies: a signed checkpoint stands for the pruned
 * prefix of each chain, and the act is an event of its own (T93). What does not verify is evidence and stays: signing
 * it away would make the rest whole again.
 *
 * @returns how many events were removed
 * @throws {@link Failure} `audit_prune_future`, `audit_prune_broken`; then nothing was removed
 */
export async function pruneBefore(pruning: Pruning, beforeMs: number): Promise<number> {
  if (beforeMs > pruning.nowMs) throw new Failure('audit_prune_future')
  await finishPruning(pruning.storage)
  const outdated = await outdatedIn(pruning.storage, beforeMs)
  for (const { id, last } of outdated) await refuseBroken(pruning, id, last)
  let removed = 0
  for (const { id, last } of outdated) {
    const count = await markPruned(pruning, id, last, beforeMs)
    if (count > 0) await removeMarked(pruning.storage, id, last)
    removed += count
  }
  return removed
}

/** Deletes what a pruning that was cut short left behind: no chain vouches for it any more, and no list shows it. */
export async function finishPruning(storage: Storage): Promise<void> {
  for (const { chain, upTo } of await leftBehind(storage.db)) await removeMarked(storage, chain, upTo)
}

async function outdatedIn(storage: Storage, beforeMs: number): Promise<{ id: string; last: number }[]> {
  const outdated = []
  for (const id of await listChains(storage.db)) {
    const last = await lastBefore(storage.db, id, beforeMs)
    if (last !== null) outdated.push({ id, last })
  }
  return outdated
}

async function refuseBroken({ storage, headKey, signer }: Pruning, id: string, last: number): Promise<void> {
  for (;;) {
    const before = await findHead(storage.db, id)
    const [problem] = await prefixProblems(storage, id, last, { headKey, publicKey: signer.publicKey })
    if (problem === undefined) return
    // What another server pruned while we read is not missing.
    const now = await findHead(storage.db, id)
    if (now === null || now.prunedSequence <= (before?.prunedSequence ?? 0)) {
      throw new Failure('audit_prune_broken', { detail: { problem } })
    }
    if (now.prunedSequence >= last) return
  }
}

/** Checkpoint, event and new head in one transaction; from then on the rows are only waiting to be deleted. */
async function markPruned(pruning: Pruning, id: string, sequence: number, beforeMs: number): Promise<number> {
  const { storage, headKey, signer, chain, nowMs } = pruning
  const hash = await hashAt(storage.db, id, sequence)
  if (hash === null) return 0
  return storage.transaction(async (tx) => {
    const hot = asHotTx(tx, storage.engine)
    const pruned: Chain = { id, headKey }
    const head = await readHead(hot, pruned)
    if (head === null || head.prunedSequence >= sequence) return 0
    await insertCheckpoint(tx, makeCheckpoint(signer, { chain: id, sequence, hash, atMs: nowMs }))
    await writeHead(hot, pruned, { ...head, prunedSequence: sequence })
    const count = sequence - head.prunedSequence
    await appendEvents(hot, chain, [pruneEvent(pruning, id, { upTo: sequence, count, beforeMs })], nowMs)
    return count
  })
}

function pruneEvent({ by }: Pruning, chain: string, detail: Record<string, number>): AuditEvent {
  return { ...by, action: 'audit.prune', objectKind: 'audit', objectId: chain, outcome: 'done', detail }
}

async function removeMarked(storage: Storage, chain: string, sequence: number): Promise<void> {
  for (;;) {
    const first = await firstSequence(storage.db, chain)
    if (first === null || first > sequence) return
    const upTo = Math.min(sequence, first + batch - 1)
    await storage.transaction(async (tx) => {
      await removeUpTo(tx, 'audit_index', chain, upTo)
      await removeUpTo(tx, 'audit_event', chain, upTo)
      // The checkpoint at the last pruned event stands for all of them; those before it vouch for nothing that is here.
      await removeUpTo(tx, 'audit_checkpoint', chain, Math.min(upTo, sequence - 1))
    })
    await breathe()
  }
}
