import type { KeyObject } from 'node:crypto'
import type { Storage } from '../database/storage.ts'
import { ChainCheck, Problems } from './chain-check.ts'
import { isGenuine } from './checkpoint.ts'
import { chainStartAction } from './chain.ts'
import { isProven, type SealedHead } from './head.ts'
import { eventIn, genesisHash, type Link } from './link.ts'
import {
  checkpointsAt,
  findHead,
  hashAt,
  lastSequence,
  listChains,
  type Range,
  readCheckpoints,
  readLinks,
} from './store.ts'

const signedCheckpoint = 'a signed checkpoint'
/** A chain that is pruned while it is read is read again, this often. */
const mostRounds = 5

/** What a check of the audit found. */
export interface AuditReport {
  /** True when nothing is missing, altered or put in. */
  readonly whole: boolean
  readonly events: number
  /** Sentences for people. */
  readonly problems: readonly string[]
  readonly lastCheckpointAtMs: number | null
  readonly checkedAtMs: number
}

/** A place of a chain that something else in the database remembers. */
interface Anchor {
  readonly chain: string
  readonly sequence: number
  readonly hash: string
  readonly told: string
}

/** What proves heads and checkpoints. */
export interface Keys {
  readonly headKey: KeyObject
  readonly publicKey: Uint8Array
}

/** Makes search columns anew that are not those of their events; answers how many. */
export type MendColumns = (chain: string, after: number) => Promise<number>

/**
 * Checks every chain of a database: links, heads, checkpoints, that no chain vanished whole, and that what lists are
 * made from tells of every event.
 */
export async function verifyDatabase(
  storage: Storage,
  keys: Keys,
  checkedAtMs: number,
  mendColumns: MendColumns,
): Promise<AuditReport> {
  const problems = new Problems()
  const anchors: Anchor[] = []
  let events = 0
  let lastCheckpointAtMs: number | null = null
  for (const chain of await listChains(storage.db)) {
    const before = problems.sentences.length
    events += await verifyChain(storage, chain, keys, problems, anchors)
    const signedAtMs = await verifyCheckpoints(storage, chain, keys, problems)
    if (signedAtMs !== null) lastCheckpointAtMs = Math.max(lastCheckpointAtMs ?? 0, signedAtMs)
    // From events that were tampered with nothing is made anew.
    if (problems.sentences.length === before) await verifyColumns(storage, chain, mendColumns, problems)
  }
  for (const anchor of anchors) await checkAnchor(storage, anchor, problems)
  return {
    whole: problems.sentences.length === 0,
    events,
    problems: problems.sentences,
    lastCheckpointAtMs,
    checkedAtMs,
  }
}

async function verifyCheckpoints(
  { db }: Storage,
  chain: string,
  { publicKey }: Keys,
  problems: Problems,
  range?: Range,
): Promise<number | null> {
  let lastAtMs: number | null = null
  for await (const { hashNow, ...checkpoint } of readCheckpoints(db, chain, range)) {
    const { sequence, hash, atMs } = checkpoint
    lastAtMs = Math.max(lastAtMs ?? 0, atMs)
    if (!isGenuine(checkpoint, publicKey)) {
      problems.add(`Chain ${chain}: the checkpoint at event ${sequence} was not signed by us.`)
    } else if (hashNow === null) {
      await checkAnchor({ db }, { chain, sequence, hash, told: signedCheckpoint }, problems)
    } else if (hashNow !== hash) problems.add(contradiction({ chain, sequence, told: signedCheckpoint }))
  }
  return lastAtMs
}

async function verifyColumns(
  { db }: Storage,
  chain: string,
  mendColumns: MendColumns,
  problems: Problems,
): Promise<void> {
  const mended = await mendColumns(chain, (await findHead(db, chain))?.prunedSequence ?? 0)
  if (mended === 0) return
  const what = mended === 1 ? '1 event was' : `${mended} events were`
  problems.add(
    `Chain ${chain}: ${what} hidden from lists, or shown there as something else. The lists are whole again.`,
  )
}

async function verifyChain(
  storage: Storage,
  chain: string,
  keys: Keys,
  problems: Problems,
  anchors: Anchor[],
): Promise<number> {
  for (let round = 1; ; round += 1) {
    const found = new Problems()
    const others: Anchor[] = []
    const { events, prunedSequence } = await followChain(storage, chain, keys, found, others)
    const now = await findHead(storage.db, chain)
    // What was pruned while we read is not missing.
    const isPruned = now !== null && now.prunedSequence !== prunedSequence
    if (found.sentences.length > 0 && isPruned && round < mostRounds) continue
    problems.addAll(found)
    anchors.push(...others)
    return events
  }
}

async function followChain(
  { db }: Storage,
  chain: string,
  { headKey, publicKey }: Keys,
  problems: Problems,
  anchors: Anchor[],
): Promise<{ events: number; prunedSequence: number }> {
  // The last event is read before the head: whoever appends meanwhile moves both, so the head is never behind.
  const last = await lastSequence(db, chain)
  const head = await findHead(db, chain)
  if (head === null) {
    problems.add(`Chain ${chain}: its head is missing.`)
    return { events: 0, prunedSequence: 0 }
  }
  if (!isProven(headKey, head)) problems.add(`Chain ${chain}: its head was altered.`)
  const start = { sequence: head.prunedSequence, hash: await startHash(db, head, publicKey, problems) }
  const check = new ChainCheck(chain, start, problems)
  for await (const link of readLinks(db, chain, start.sequence, Math.max(head.sequence, last))) {
    check.next(link)
    if (link.sequence === 1) anchors.push(...otherChains(chain, link))
  }
  check.end(head)
  return { events: check.events, prunedSequence: head.prunedSequence }
}

/**
 * What is wrong with a chain up to one event: its links, its head, the checkpoints on the way, and that the event after
 * it is tied to it. Reads no more than that.
 */
export async function prefixProblems(
  storage: Storage,
  chain: string,
  last: number,
  { headKey, publicKey }: Keys,
): Promise<readonly string[]> {
  const { db } = storage
  const problems = new Problems()
  const head = await findHead(db, chain)
  if (head === null) return [`Chain ${chain}: its head is missing.`]
  if (!isProven(headKey, head)) problems.add(`Chain ${chain}: its head was altered.`)
  const start = { sequence: head.prunedSequence, hash: await startHash(db, head, publicKey, problems) }
  const check = new ChainCheck(chain, start, problems)
  for await (const link of readLinks(db, chain, start.sequence, Math.min(last + 1, head.sequence))) check.next(link)
  if (last >= head.sequence) check.end(head)
  await verifyCheckpoints(storage, chain, { headKey, publicKey }, problems, { above: head.prunedSequence, upTo: last })
  return problems.sentences
}

async function startHash(
  db: Storage['db'],
  { chain, prunedSequence }: SealedHead,
  publicKey: Uint8Array,
  problems: Problems,
): Promise<string | null> {
  if (prunedSequence === 0) return genesisHash(chain)
  const checkpoints = await checkpointsAt(db, chain, prunedSequence)
  const pruned = checkpoints.find((it) => isGenuine(it, publicKey))
  if (pruned === undefined) problems.add(`Chain ${chain}: no signed checkpoint stands for what was pruned.`)
  return pruned?.hash ?? null
}

function otherChains(chain: string, { body }: Link): Anchor[] {
  const { action, detail } = eventIn(body)
  const others = detail?.['others']
  if (action !== chainStartAction || !Array.isArray(others)) return []
  return others.map((other: string) => {
    const [id = '', sequence = '', hash = ''] = other.split(':')
    return { chain: id, sequence: Number(sequence), hash, told: `the start of chain ${chain}` }
  })
}

async function checkAnchor(
  { db }: Pick<Storage, 'db'>,
  { chain, sequence, hash, told }: Anchor,
  problems: Problems,
): Promise<void> {
  const head = await findHead(db, chain)
  if (head !== null && sequence <= head.prunedSequence) return
  if (head === null || head.sequence < sequence) {
    problems.add(`Chain ${chain}: ${told} knows event ${sequence}, but the chain ends before it.`)
    return
  }
  const found = await hashAt(db, chain, sequence)
  if (found !== null && found !== hash) problems.add(contradiction({ chain, sequence, told }))
}

function contradiction({ chain, sequence, told }: Omit<Anchor, 'hash'>): string {
  return `Chain ${chain}: event ${sequence} is another one than ${told} knows.`
}
