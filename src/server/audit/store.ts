import { randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { sql } from '../database/sql.ts'
import type { Database, Queryable, Tx } from '../database/storage.ts'
import type { AuditCheckpointTable } from '../database/tables/audit.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { SealedHead } from './head.ts'
import type { Link } from './link.ts'

/** The head of a chain as it stands, unproven; null when there is none. */
export async function findHead(db: Queryable, chain: string): Promise<SealedHead | null> {
  const row = await db.selectFrom('audit_chain').selectAll().where('id', '=', chain).executeTakeFirst()
  if (row === undefined) return null
  const { sequence, hash, hmac, pruned_sequence } = row
  return { chain, sequence, hash: hexOf(hash), prunedSequence: pruned_sequence, mac: hmac }
}

/** How far a chain goes, as its unproven head says. */
export interface ChainExtent {
  readonly chain: string
  readonly sequence: number
  readonly prunedSequence: number
}

/** How far every chain goes that has a head. */
export function listExtents(db: Queryable): Promise<ChainExtent[]> {
  return db.selectFrom('audit_chain').select(['id as chain', 'sequence', 'pruned_sequence as prunedSequence']).execute()
}

/** Every chain that any table speaks of, oldest first. */
export async function listChains(db: Database): Promise<string[]> {
  const heads = await db.selectFrom('audit_chain').select('id').orderBy('started_at_ms').orderBy('id').execute()
  const named = new Set(heads.map(({ id }) => id))
  for (const id of await chainsIn(db, 'audit_event')) named.add(id)
  for (const id of await chainsIn(db, 'audit_checkpoint')) named.add(id)
  return [...named]
}

// One step per chain along an index: DISTINCT would read every row.
async function chainsIn(db: Database, table: 'audit_event' | 'audit_checkpoint'): Promise<string[]> {
  const chains: string[] = []
  for (;;) {
    const row = await db
      .selectFrom(table)
      .select('chain_id')
      .where('chain_id', '>', chains.at(-1) ?? '')
      .orderBy('chain_id')
      .limit(1)
      .executeTakeFirst()
    if (row === undefined) return chains
    chains.push(row.chain_id)
  }
}

/** The last sequence of a chain that a table has, 0 when it has none. */
export async function lastSequence(
  db: Queryable,
  chain: string,
  table: 'audit_event' | 'audit_index' = 'audit_event',
): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select('sequence')
    .where('chain_id', '=', chain)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.sequence ?? 0
}

/**
 * The last event of a chain before its first one from `beforeMs` on, null when there is none. Where the clock was set
 * back, older events come after that one: they do not count.
 */
export async function lastBefore(db: Database, chain: string, beforeMs: number): Promise<number | null> {
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

/** The first sequence of a chain that has an event or search columns; null when it has none. */
export async function firstSequence(db: Queryable, chain: string): Promise<number | null> {
  const firsts = [await firstOf(db, 'audit_event', chain), await firstOf(db, 'audit_index', chain)]
  const found = firsts.filter((sequence) => sequence !== null)
  return found.length === 0 ? null : Math.min(...found)
}

async function firstOf(db: Queryable, table: 'audit_event' | 'audit_index', chain: string): Promise<number | null> {
  const row = await db
    .selectFrom(table)
    .select('sequence')
    .where('chain_id', '=', chain)
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst()
  return row?.sequence ?? null
}

/** What of a chain was pruned and is not deleted yet. */
export interface LeftBehind {
  readonly chain: string
  /** The last event that was pruned. */
  readonly upTo: number
}

/** The chains of which pruned events wait to be deleted: while a pruning runs, or after one that was cut short. */
export async function leftBehind(db: Queryable): Promise<LeftBehind[]> {
  // One step along the index for each chain that was ever pruned.
  const isLeftIn = (table: string) =>
    sql<boolean>`(select min(sequence) from ${sql.table(table)} where chain_id = audit_chain.id) <= pruned_sequence`
  return db
    .selectFrom('audit_chain')
    .select(['id as chain', 'pruned_sequence as upTo'])
    .where('pruned_sequence', '>', 0)
    .where((where) => where.or([isLeftIn('audit_index'), isLeftIn('audit_event')]))
    .execute()
}

/** Deletes what a table holds of a chain up to a sequence. */
export async function removeUpTo(
  tx: Tx,
  table: 'audit_checkpoint' | 'audit_event' | 'audit_index',
  chain: string,
  sequence: number,
): Promise<void> {
  await tx.deleteFrom(table).where('chain_id', '=', chain).where('sequence', '<=', sequence).execute()
}

const pageOfLinks = 2000

/** The links of a chain above `after`, up to `last`, in order and in bounded memory. */
export async function* readLinks(db: Database, chain: string, after: number, last: number): AsyncGenerator<Link> {
  for (let from = after; from < last;) {
    const rows = await db
      .selectFrom('audit_event')
      .select(['sequence', 'at_ms', 'body', 'hash'])
      .where('chain_id', '=', chain)
      .where('sequence', '>', from)
      .where('sequence', '<=', last)
      .orderBy('sequence')
      .limit(pageOfLinks)
      .execute()
    if (rows.length === 0) return
    for (const { sequence, at_ms, body, hash } of rows) yield { sequence, atMs: at_ms, body, hash: hexOf(hash) }
    from = rows.at(-1)?.sequence ?? last
    await breathe()
  }
}

/** Lets other work of this process go on between two long pieces of ours. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The hash a chain has at a sequence, null when that event is not there. */
export async function hashAt(db: Database, chain: string, sequence: number): Promise<string | null> {
  const row = await db
    .selectFrom('audit_event')
    .select('hash')
    .where('chain_id', '=', chain)
    .where('sequence', '=', sequence)
    .executeTakeFirst()
  return row === undefined ? null : hexOf(row.hash)
}

/** Keeps a checkpoint. */
export async function insertCheckpoint(tx: Tx, checkpoint: Checkpoint): Promise<void> {
  await tx
    .insertInto('audit_checkpoint')
    .values({
      id: randomBytes(12).toString('base64url'),
      chain_id: checkpoint.chain,
      sequence: checkpoint.sequence,
      at_ms: checkpoint.atMs,
      hash: Buffer.from(checkpoint.hash, 'hex'),
      public_key: checkpoint.publicKey,
      signature: checkpoint.signature,
    })
    .execute()
}

/** A checkpoint, and the hash that its chain has at that place now; null where the event is not there. */
export interface KeptCheckpoint extends Checkpoint {
  readonly hashNow: string | null
}

/** Some sequences of a chain: those above the first, up to the second. */
export interface Range {
  readonly above: number
  readonly upTo: number
}

const everything: Range = { above: -1, upTo: Number.MAX_SAFE_INTEGER }
const pageOfCheckpoints = 1000

/** The checkpoints of a chain in its order, in bounded memory: a busy year leaves half a million. */
export async function* readCheckpoints(
  db: Queryable,
  chain: string,
  { above, upTo }: Range = everything,
): AsyncGenerator<KeptCheckpoint> {
  let after = { sequence: above + 1, id: '' }
  for (;;) {
    const rows = await db
      .selectFrom('audit_checkpoint as signed')
      .leftJoin('audit_event as event', (join) =>
        join.onRef('event.chain_id', '=', 'signed.chain_id').onRef('event.sequence', '=', 'signed.sequence'),
      )
      .selectAll('signed')
      .select('event.hash as hash_now')
      .where('signed.chain_id', '=', chain)
      .where(sql<boolean>`(signed.sequence, signed.id) > (${after.sequence}, ${after.id})`)
      .where('signed.sequence', '<=', upTo)
      .orderBy('signed.sequence')
      .orderBy('signed.id')
      .limit(pageOfCheckpoints)
      .execute()
    for (const row of rows) yield { ...checkpointIn(row), hashNow: row.hash_now === null ? null : hexOf(row.hash_now) }
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageOfCheckpoints) return
    after = { sequence: last.sequence, id: last.id }
    await breathe()
  }
}

/** The checkpoints of a chain at one of its events. */
export async function checkpointsAt(db: Queryable, chain: string, sequence: number): Promise<Checkpoint[]> {
  const rows = await db
    .selectFrom('audit_checkpoint')
    .selectAll()
    .where('chain_id', '=', chain)
    .where('sequence', '=', sequence)
    .execute()
  return rows.map(checkpointIn)
}

function checkpointIn(row: Selectable<AuditCheckpointTable>): Checkpoint {
  return {
    chain: row.chain_id,
    sequence: row.sequence,
    atMs: row.at_ms,
    hash: hexOf(row.hash),
    publicKey: row.public_key,
    signature: row.signature,
  }
}

/** The newest checkpointed sequence of a chain, 0 when there is none. */
export async function checkpointedSequence(db: Queryable, chain: string): Promise<number> {
  const row = await db
    .selectFrom('audit_checkpoint')
    .select(sql<number>`coalesce(max(sequence), 0)`.as('sequence'))
    .where('chain_id', '=', chain)
    .executeTakeFirstOrThrow()
  return row.sequence
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
