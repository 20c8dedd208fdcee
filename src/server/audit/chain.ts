import type { KeyObject } from 'node:crypto'
import type { HotTx, SqlRow } from '../database/storage.ts'
import type { AuditEvent } from './event.ts'
import { type Head, headMac, refuseForgedHead, type SealedHead } from './head.ts'
import { bodyOf, genesisHash, type Link, linkHash } from './link.ts'

/** The chain a process writes to. */
export interface Chain {
  readonly id: string
  /** Key of the head's keyed hash. */
  readonly headKey: KeyObject
}

const common = {
  readHead: 'select sequence, hash, hmac, pruned_sequence from audit_chain where id = ?',
  otherHeads: 'select id, sequence, hash from audit_chain where id <> ? order by started_at_ms desc limit 20',
  // Of two first events at once, the second waits here and then finds the head of the first.
  startChain: `insert into audit_chain (sequence, hash, hmac, pruned_sequence, id, started_at_ms)
    values (?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
}
const updateHead = (hash: string, hmac: string) =>
  `update audit_chain set sequence = ?, hash = ${hash}, hmac = ${hmac}, pruned_sequence = ? where id = ?`
const statements = {
  sqlite: { ...common, writeHead: updateHead('unhex(?)', 'unhex(?)') },
  postgres: {
    readHead: numbered(`${common.readHead} for update`),
    otherHeads: numbered(common.otherHeads),
    writeHead: numbered(updateHead("decode(?, 'hex')", "decode(?, 'hex')")),
    startChain: numbered(common.startChain),
  },
}
const insertLink = 'insert into audit_event (chain_id, sequence, at_ms, body, hash) values (?, ?, ?, ?, unhex(?))'
const insertLinksAtOnce = `insert into audit_event (chain_id, sequence, at_ms, body, hash)
  select $1, link.sequence, $2, link.body, decode(link.hash, 'hex')
  from unnest($3::bigint[], $4::text[], $5::text[]) as link (sequence, body, hash)`

function numbered(text: string): string {
  let count = 0
  return text.replace(/\?/g, () => `$${(count += 1)}`)
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
export function linksAfter(head: Head, events: readonly AuditEvent[], atMs: number): Link[] {
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
  const [row] = await tx.all(statements[tx.engine].readHead, [id])
  if (row === undefined) return null
  const head = headIn(id, row)
  refuseForgedHead(headKey, head)
  return head
}

/** Moves the head; only for whoever read it in the same transaction. */
export async function writeHead(tx: HotTx, { id, headKey }: Chain, head: Head): Promise<void> {
  const mac = Buffer.from(headMac(headKey, head)).toString('hex')
  await tx.runEach(statements[tx.engine].writeHead, [[head.sequence, head.hash, mac, head.prunedSequence, id]])
}

async function startChain(tx: HotTx, chain: Chain, atMs: number): Promise<Head> {
  const nothing: Head = { chain: chain.id, sequence: 0, hash: genesisHash(chain.id), prunedSequence: 0 }
  const mac = headMac(chain.headKey, nothing)
  await tx.run(statements[tx.engine].startChain, [0, Buffer.from(nothing.hash, 'hex'), mac, 0, chain.id, atMs])
  return (await readHead(tx, chain)) ?? nothing
}

// The first event of a chain names the heads of the others, so that a chain which vanishes whole is missed.
async function chainStart(tx: HotTx, chain: Chain): Promise<AuditEvent> {
  const others = await tx.all(statements[tx.engine].otherHeads, [chain.id])
  return {
    action: chainStartAction,
    actorKind: 'system',
    actorId: '',
    actorName: 'watchword',
    objectKind: 'audit',
    objectId: chain.id,
    outcome: 'done',
    detail: { others: others.map((row) => `${String(row['id'])}:${Number(row['sequence'])}:${hexOf(row['hash'])}`) },
  }
}

/** The first event of every chain. */
export const chainStartAction = 'audit.chain_start'

async function insertLinks(tx: HotTx, chain: string, links: readonly Link[]): Promise<void> {
  if (tx.engine === 'sqlite') {
    await tx.runEach(
      insertLink,
      links.map(({ sequence, atMs, body, hash }) => [chain, sequence, atMs, body, hash]),
    )
    return
  }
  const sequences = links.map(({ sequence }) => sequence)
  const bodies = links.map(({ body }) => body)
  const hashes = links.map(({ hash }) => hash)
  await tx.run(insertLinksAtOnce, [chain, links[0]?.atMs ?? 0, sequences, bodies, hashes])
}

function headIn(chain: string, row: SqlRow): SealedHead {
  return {
    chain,
    sequence: Number(row['sequence']),
    hash: hexOf(row['hash']),
    prunedSequence: Number(row['pruned_sequence']),
    mac: row['hmac'] as Uint8Array,
  }
}

function hexOf(bytes: unknown): string {
  return Buffer.from(bytes as Uint8Array).toString('hex')
}
