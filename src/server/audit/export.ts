import { Failure } from '../../errors/failure.ts'
import type { Storage } from '../database/storage.ts'
import { type Checkpoint, type Signer } from './checkpoint.ts'
import type { SealedHead } from './head.ts'
import { genesisHash, type Link } from './link.ts'
import { findEvents, type IdFilter } from './search.ts'
import { checkpointsAt, findHead, listChains, readCheckpoints, readLinks } from './store.ts'

/** The format's name in the first line of an export. */
export const exportKind = 'watchword-audit'
export const exportVersion = 1

/** What the last line of an export signs: how far each chain goes in it. */
export function exportEndText(chains: readonly { chain: string; sequence: number; hash: string }[]): string {
  const lines = chains.map(({ chain, sequence, hash }) => `${chain}\n${sequence}\n${hash}`)
  return ['watchword-export-v1', ...lines].join('\n')
}

/**
 * Everything recorded, as JSON lines that can be verified without the database (docs/guide/audit.md).
 *
 * Lines end without a line feed; memory stays bounded.
 */
export async function* exportChains(storage: Storage, signer: Signer, nowMs: number): AsyncGenerator<string> {
  yield JSON.stringify({
    kind: exportKind,
    version: exportVersion,
    exportedAtMs: nowMs,
    publicKey: base64(signer.publicKey),
  })
  const heads = await readHeads(storage)
  for (const head of heads) yield* exportChain(storage, head)
  const chains = heads.map(({ chain, sequence, hash }) => ({ chain, sequence, hash }))
  yield JSON.stringify({ kind: 'end', chains, signature: base64(signer.sign(exportEndText(chains))) })
}

/** The events a filter finds, newest first, as JSON lines; for reading, not for verifying. */
export async function* exportFiltered(storage: Storage, filter: IdFilter): AsyncGenerator<string> {
  let cursor: string | undefined
  do {
    const page = await findEvents(storage.db, filter, { cursor, limit: 500 })
    for (const event of page.items) yield JSON.stringify(event)
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

async function readHeads({ db }: Storage): Promise<SealedHead[]> {
  const heads: SealedHead[] = []
  for (const chain of await listChains(db)) {
    const head = await findHead(db, chain)
    if (head !== null) heads.push(head)
  }
  return heads
}

async function* exportChain({ db }: Storage, { chain, sequence, prunedSequence }: SealedHead): AsyncGenerator<string> {
  const [pruned] = await checkpointsAt(db, chain, prunedSequence)
  const startHash = prunedSequence === 0 ? genesisHash(chain) : (pruned?.hash ?? null)
  yield JSON.stringify({ kind: 'chain', chain, startSequence: prunedSequence, startHash })
  for await (const checkpoint of readCheckpoints(db, chain)) {
    if (checkpoint.sequence <= sequence) yield checkpointLine(checkpoint)
  }
  for await (const link of readLinks(db, chain, prunedSequence, sequence)) yield eventLine(chain, link)
  // Half of a chain that was pruned meanwhile would read like one that somebody cut.
  const now = await findHead(db, chain)
  if (now?.prunedSequence !== prunedSequence) throw new Failure('audit_pruned_meanwhile')
}

// The event stands last and as the very text that was hashed, so that a reader can cut it out.
function eventLine(chain: string, { sequence, atMs, hash, body }: Link): string {
  return `{"kind":"event","chain":${JSON.stringify(chain)},"sequence":${sequence},"atMs":${atMs},"hash":"${hash}","event":${body}}`
}

function checkpointLine({ chain, sequence, atMs, hash, signature }: Checkpoint): string {
  return JSON.stringify({ kind: 'checkpoint', chain, sequence, atMs, hash, signature: base64(signature) })
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
