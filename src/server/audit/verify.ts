import type { KeyObject } from 'node:crypto'
import type { Storage } from '../database/storage.ts'
import { ChainCheck, Problems } from './chain-check.ts'
import { type Checkpoint, isGenuine } from './checkpoint.ts'
import { chainStartAction } from './chain.ts'
import { isProven, type SealedHead } from './head.ts'
import { eventIn, genesisHash, type Link } from './link.ts'
import { findHead, hashAt, lastSequence, listChains, listCheckpoints, readLinks } from './store.ts'

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

/** Checks every chain of a database: links, heads, checkpoints, and that no chain vanished whole. */
export async function verifyDatabase(storage: Storage, keys: Keys, checkedAtMs: number): Promise<AuditReport> {
  const problems = new Problems()
  const anchors: Anchor[] = []
  const checkpoints = await listCheckpoints(storage.db)
  for (const checkpoint of checkpoints) anchors.push(...anchorIn(checkpoint, keys, problems))
  let events = 0
  for (const chain of await listChains(storage.db)) {
    events += await verifyChain(storage, chain, keys, problems, anchors)
  }
  for (const anchor of anchors) await checkAnchor(storage, anchor, problems)
  return {
    whole: problems.sentences.length === 0,
    events,
    problems: problems.sentences,
    lastCheckpointAtMs: checkpoints.at(-1)?.atMs ?? null,
    checkedAtMs,
  }
}

function anchorIn(checkpoint: Checkpoint, keys: Keys, problems: Problems): Anchor[] {
  const { chain, sequence, hash } = checkpoint
  if (isGenuine(checkpoint, keys.publicKey)) return [{ chain, sequence, hash, told: 'a signed checkpoint' }]
  problems.add(`Chain ${chain}: the checkpoint at event ${sequence} was not signed by us.`)
  return []
}

async function verifyChain(
  { db }: Storage,
  chain: string,
  { headKey, publicKey }: Keys,
  problems: Problems,
  anchors: Anchor[],
): Promise<number> {
  // The last event is read before the head: whoever appends meanwhile moves both, so the head is never behind.
  const last = await lastSequence(db, chain)
  const head = await findHead(db, chain)
  if (head === null) {
    problems.add(`Chain ${chain}: its head is missing.`)
    return 0
  }
  if (!isProven(headKey, head)) problems.add(`Chain ${chain}: its head was altered.`)
  const start = { sequence: head.prunedSequence, hash: await startHash(db, head, publicKey, problems) }
  const check = new ChainCheck(chain, start, problems)
  for await (const link of readLinks(db, chain, start.sequence, Math.max(head.sequence, last))) {
    check.next(link)
    if (link.sequence === 1) anchors.push(...otherChains(chain, link))
  }
  check.end(head)
  return check.events
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
  for (const checkpoint of await listCheckpoints(db, chain, { above: head.prunedSequence, upTo: last })) {
    for (const anchor of anchorIn(checkpoint, { headKey, publicKey }, problems))
      await checkAnchor(storage, anchor, problems)
  }
  return problems.sentences
}

async function startHash(
  db: Storage['db'],
  { chain, prunedSequence }: SealedHead,
  publicKey: Uint8Array,
  problems: Problems,
): Promise<string | null> {
  if (prunedSequence === 0) return genesisHash(chain)
  const checkpoints = await listCheckpoints(db, chain, { above: prunedSequence - 1, upTo: prunedSequence })
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
  { db }: Storage,
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
  if (found !== null && found !== hash) {
    problems.add(`Chain ${chain}: event ${sequence} is another one than ${told} knows.`)
  }
}
