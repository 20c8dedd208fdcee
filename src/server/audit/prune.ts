import type { KeyObject } from 'node:crypto'
import { asHotTx } from '../database/sql.ts'
import { Failure } from '../../errors/failure.ts'
import type { Storage } from '../database/storage.ts'
import { appendEvents, type Chain, readHead, writeHead } from './chain.ts'
import { makeCheckpoint, type Signer } from './checkpoint.ts'
import type { AuditEvent } from './event.ts'
import { breathe, findHead, hashAt, insertCheckpoint, listChains } from './store.ts'
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
  await finishEarlier(pruning.storage)
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

// A pruning that was cut short left rows behind that no chain vouches for any more.
async function finishEarlier(storage: Storage): Promise<void> {
  for (const id of await listChains(storage.db)) {
    const head = await findHead(storage.db, id)
    if (head !== null && head.prunedSequence > 0) await removeMarked(storage, id, head.prunedSequence)
  }
}

async function outdatedIn(storage: Storage, beforeMs: number): Promise<{ id: string; last: number }[]> {
  const outdated = []
  for (const id of await listChains(storage.db)) {
    const last = await lastBefore(storage, id, beforeMs)
    if (last !== null) outdated.push({ id, last })
  }
  return outdated
}

async function refuseBroken({ storage, headKey, signer }: Pruning, id: string, last: number): Promise<void> {
  const [problem] = await prefixProblems(storage, id, last, { headKey, publicKey: signer.publicKey })
  if (problem !== undefined) throw new Failure('audit_prune_broken', { detail: { problem } })
}

// The clock may have been set back: everything up to the last event that is old enough goes.
async function lastBefore({ db }: Storage, chain: string, beforeMs: number): Promise<number | null> {
  const firstKept = await db
    .selectFrom('audit_event')
    .select('sequence')
    .where('chain_id', '=', chain)
    .where('at_ms', '>=', beforeMs)
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst()
  let query = db.selectFrom('audit_event').select('sequence').where('chain_id', '=', chain)
  if (firstKept !== undefined) query = query.where('sequence', '<', firstKept.sequence)
  const last = await query.orderBy('sequence', 'desc').limit(1).executeTakeFirst()
  return last?.sequence ?? null
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
    const first = await storage.db
      .selectFrom('audit_event')
      .select('sequence')
      .where('chain_id', '=', chain)
      .orderBy('sequence')
      .limit(1)
      .executeTakeFirst()
    if (first === undefined || first.sequence > sequence) return
    const upTo = Math.min(sequence, first.sequence + batch - 1)
    await storage.transaction(async (tx) => {
      await tx.deleteFrom('audit_index').where('chain_id', '=', chain).where('sequence', '<=', upTo).execute()
      await tx.deleteFrom('audit_event').where('chain_id', '=', chain).where('sequence', '<=', upTo).execute()
    })
    await breathe()
  }
}
