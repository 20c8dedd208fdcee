import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { createGunzip, gzipSync } from 'node:zlib'
import { Failure } from '../../errors/failure.ts'
import type { Core } from '../audit/core.ts'
import { dump, load, type Rows } from '../database/dump.ts'
import { schemaVersion } from '../database/migrations/migrations.ts'
import { readSchemaVersion } from '../database/schema-version.ts'
import type { Storage } from '../database/storage.ts'
import { BackupWriter, readBackup, readBackupHead } from './container.ts'
import { claimForFilling, redeemClaim } from './unfinished.ts'

/** How many rows of each table a copy holds. */
export type Counts = Readonly<Record<string, number>>

/** Told after some rows how many they were; whatever it throws ends the work. */
export type OnRows = (rows: number) => Promise<void>

type Line =
  | { readonly table: Rows['table']; readonly rows: readonly Record<string, unknown>[] }
  | { readonly end: true; readonly counts: Counts }

/** How many rows a copy holds in all. */
export function rowsIn(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** The label of the key that backups are sealed under. */
export const backupLabel = 'backup'

/**
 * Writes an encrypted copy of everything but logins under way, seen at one moment, while servers run.
 *
 * @param key - derived from the root key, which the file never holds
 */
export async function writeBackup(
  { storage, keyRing, services }: Core,
  path: string,
  onRows: OnRows = async () => {},
): Promise<Counts> {
  const key = keyRing.deriveFromRoot(backupLabel)
  const { rootKeyId } = keyRing
  const head = { createdAtMs: services.clock.nowMs(), engine: storage.engine, rootKeyId }
  const writer = new BackupWriter(path, key, { ...head, schemaVersion: await readSchemaVersion(storage) })
  try {
    const counts: Record<string, number> = {}
    await dump(storage, false, async ({ table, rows }) => {
      counts[table] = (counts[table] ?? 0) + rows.length
      writer.write(gzipSync(`${JSON.stringify({ table, rows: rows.map(encodeRow) })}\n`))
      await onRows(rows.length)
    })
    writer.write(gzipSync(`${JSON.stringify({ end: true, counts })}\n`))
    writer.end()
    return counts
  } catch (error) {
    writer.giveUp()
    throw error
  }
}

/**
 * Brings a backup back into an empty database, whole or not at all. Interrupted, it can be begun again, and no server
 * starts before.
 *
 * @throws {@link Failure} `restore_not_empty`, `backup_unreadable`
 */
export async function restoreBackup(
  storage: Storage,
  path: string,
  { key, nowMs, onRows = async () => {} }: { key: Uint8Array; nowMs: number; onRows?: OnRows },
): Promise<Counts> {
  await storage.transaction((tx) => claimForFilling(tx, 'restore', nowMs))
  return storage.transaction(async (tx) => {
    await redeemClaim(tx, 'restore', nowMs)
    const counts: Record<string, number> = {}
    for await (const line of linesOf(path, key)) {
      if ('end' in line) return sameCounts(counts, line.counts)
      const { table, rows } = line
      await load(tx, { table, rows: rows.map(decodeRow) })
      counts[table] = (counts[table] ?? 0) + rows.length
      await onRows(rows.length)
    }
    throw new Failure('backup_unreadable')
  })
}

/**
 * Reads a backup to its end without writing anything: proves that it is whole.
 *
 * @throws {@link Failure} `backup_newer` when a later program wrote it, `backup_unreadable`
 */
export async function checkBackup(path: string, key: Uint8Array, onRows: OnRows = async () => {}): Promise<Counts> {
  const { schemaVersion: found = 1 } = readBackupHead(path)
  if (found > schemaVersion) throw new Failure('backup_newer', { detail: { found, known: schemaVersion } })
  const counts: Record<string, number> = {}
  for await (const line of linesOf(path, key)) {
    if ('end' in line) return sameCounts(counts, line.counts)
    counts[line.table] = (counts[line.table] ?? 0) + line.rows.length
    await onRows(line.rows.length)
  }
  throw new Failure('backup_unreadable')
}

async function* linesOf(path: string, key: Uint8Array): AsyncGenerator<Line> {
  const bytes = Readable.from(readBackup(path, key))
  const unpacked = createGunzip()
  bytes.on('error', (error) => unpacked.destroy(error))
  for await (const line of createInterface({ input: bytes.pipe(unpacked), crlfDelay: Number.POSITIVE_INFINITY })) {
    // Sealed by ourselves and proven block by block.
    yield JSON.parse(line) as Line
  }
}

function sameCounts(counted: Counts, told: Counts): Counts {
  const tables = new Set([...Object.keys(counted), ...Object.keys(told)])
  const isSame = [...tables].every((table) => counted[table] === told[table])
  if (!isSame) throw new Failure('backup_unreadable')
  return counted
}

function encodeRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
    ]),
  )
}

function decodeRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isBytes(value) ? Buffer.from(value.base64, 'base64') : value]),
  )
}

function isBytes(value: unknown): value is { base64: string } {
  return typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string'
}
