import type { HotTx, SqlRow } from '../database/storage.ts'
import type { Head, SealedHead } from './head.ts'
import type { Link } from './link.ts'

const common = {
  readHead: 'select sequence, hash, hmac, pruned_sequence from audit_chain where id = ?',
  otherHeads: 'select id, sequence, hash from audit_chain where id <> ? order by started_at_ms desc limit 20',
  // Of two first events at once, the second waits here and then finds the head of the first.
  startChain: `insert into audit_chain (sequence, hash, hmac, pruned_sequence, id, started_at_ms)
    values (?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
}
const moveHead = (hash: string, hmac: string) =>
  `update audit_chain set sequence = ?, hash = ${hash}, hmac = ${hmac}, pruned_sequence = ? where id = ?`
const statements = {
  sqlite: { ...common, writeHead: moveHead('unhex(?)', 'unhex(?)') },
  postgres: {
    readHead: numbered(`${common.readHead} for update`),
    otherHeads: numbered(common.otherHeads),
    writeHead: numbered(moveHead("decode(?, 'hex')", "decode(?, 'hex')")),
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

/** The head of a chain, unproven and held until the transaction ends; null before its first event. */
export async function holdHead(tx: HotTx, chain: string): Promise<SealedHead | null> {
  const [row] = await tx.all(statements[tx.engine].readHead, [chain])
  return row === undefined ? null : headIn(chain, row)
}

/** Moves the head; only for whoever holds it. */
export async function updateHead(tx: HotTx, head: Head, mac: Uint8Array): Promise<void> {
  const macHex = Buffer.from(mac).toString('hex')
  await tx.runEach(statements[tx.engine].writeHead, [
    [head.sequence, head.hash, macHex, head.prunedSequence, head.chain],
  ])
}

/** Begins a chain, unless somebody began it at the same moment. */
export async function insertHead(tx: HotTx, head: Head, mac: Uint8Array, nowMs: number): Promise<void> {
  const hash = Buffer.from(head.hash, 'hex')
  await tx.run(statements[tx.engine].startChain, [head.sequence, hash, mac, head.prunedSequence, head.chain, nowMs])
}

/** The newest twenty of all other chains, each with where it stands. */
export async function otherHeads(
  tx: HotTx,
  chain: string,
): Promise<{ chain: string; sequence: number; hash: string }[]> {
  const rows = await tx.all(statements[tx.engine].otherHeads, [chain])
  return rows.map((row) => ({
    chain: String(row['id']),
    sequence: Number(row['sequence']),
    hash: hexOf(row['hash']),
  }))
}

/** Writes links of one moment to the end of a chain. */
export async function insertLinks(tx: HotTx, chain: string, links: readonly Link[]): Promise<void> {
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
