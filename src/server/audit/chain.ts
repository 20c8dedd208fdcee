import type { KeyObject } from 'node:crypto'
import type { HotTx } from '../database/storage.ts'
import type { AuditEvent } from './event.ts'
import { type Head, headMac, refuseForgedHead } from './head.ts'
import { holdHead, insertHead, insertLinks, otherHeads, updateHead } from './hot-store.ts'
import { bodyOf, genesisHash, type Link, linkHash } from './link.ts'

/** The chain a process writes to. */
export interface Chain {
  readonly id: string
  /** Key of the head's keyed hash. */
  readonly headKey: KeyObject
}

/**
 * Ties events to the end of a chain, in the transaction of what they tell of (law 3).
 *
 * The head is read and written under the transaction's lock: on SQLite the write lock, on PostgreSQL the row's.
 *
 * @throws Failure `audit_head_forged`
 */
export async function appendEvents(
  tx: HotTx,
  chain: Chain,
  events: readonly AuditEvent[],
  atMs: number,
): Promise<void> {
  if (events.length === 0) return
  const head = (await readHead(tx, chain)) ?? (await startChain(tx, chain, atMs))
  const links = linksAfter(head, head.sequence === 0 ? [await chainStart(tx, chain), ...events] : events, atMs)
  const last = links.at(-1)
  if (last === undefined) return
  const next: Head = { ...head, sequence: last.sequence, hash: last.hash }
  await Promise.all([insertLinks(tx, chain.id, links), writeHead(tx, chain, next)])
}

/** The links that tie events to a head. */
function linksAfter(head: Head, events: readonly AuditEvent[], atMs: number): Link[] {
  const chainAsJson = JSON.stringify(head.chain)
  let previous = head.hash
  let sequence = head.sequence
  return events.map((event) => {
    sequence += 1
    const body = bodyOf(event, chainAsJson, sequence, atMs)
    previous = linkHash(previous, body)
    return { sequence, atMs, body, hash: previous }
  })
}

/** The head of the chain, proven; null before its first event. */
export async function readHead(tx: HotTx, { id, headKey }: Chain): Promise<Head | null> {
  const head = await holdHead(tx, id)
  if (head !== null) refuseForgedHead(headKey, head)
  return head
}

/** Moves the head; only for whoever read it in the same transaction. */
export function writeHead(tx: HotTx, { headKey }: Chain, head: Head): Promise<void> {
  return updateHead(tx, head, headMac(headKey, head))
}

async function startChain(tx: HotTx, chain: Chain, atMs: number): Promise<Head> {
  const nothing: Head = { chain: chain.id, sequence: 0, hash: genesisHash(chain.id), prunedSequence: 0 }
  await insertHead(tx, nothing, headMac(chain.headKey, nothing), atMs)
  return (await readHead(tx, chain)) ?? nothing
}

// The first event of a chain names the heads of the others, so that a chain which vanishes whole is missed.
async function chainStart(tx: HotTx, chain: Chain): Promise<AuditEvent> {
  const others = await otherHeads(tx, chain.id)
  return {
    action: chainStartAction,
    actorKind: 'system',
    actorId: '',
    actorName: 'watchword',
    objectKind: 'audit',
    objectId: chain.id,
    outcome: 'done',
    detail: { others: others.map((other) => `${other.chain}:${other.sequence}:${other.hash}`) },
  }
}

/** The first event of every chain. */
export const chainStartAction = 'audit.chain_start'
