import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { OtpAccount, OtpType } from '../../../otp/account.ts'
import { nameOf } from './lines.ts'

/** What may be known about an account without opening the store. Nothing of it is secret. */
export interface IndexEntry {
  readonly name: string
  readonly issuer: string
  readonly label: string
  readonly type: OtpType
  readonly algorithm: string
  readonly digits: number
  readonly periodSeconds: number
  readonly tags: readonly string[]
}

interface IndexFile {
  /** The version of the sealed store this index belongs to. */
  readonly storeVersion: string
  readonly entries: readonly IndexEntry[]
}

/** The index entry of an account. */
export function indexEntryOf(account: OtpAccount): IndexEntry {
  const { issuer, name: label, type, algorithm, digits, periodSeconds, tags } = account
  return { name: nameOf(account), issuer, label, type, algorithm, digits, periodSeconds, tags }
}

/** Entries as people look for them: by name, whatever its case. A collator of the language would take 10 ms to load. */
export function sortEntries(entries: readonly IndexEntry[]): IndexEntry[] {
  const keyed = entries.map((entry) => ({ entry, key: `${entry.name.toLowerCase()}\n${entry.name}` }))
  return keyed.toSorted((one, other) => (one.key < other.key ? -1 : 1)).map(({ entry }) => entry)
}

/** The file of the index, beside its store. */
function indexPathOf(storePath: string): string {
  return `${storePath}.index.json`
}

/**
 * Tells versions of a sealed file apart: its length, a checksum (FNV-1a), and its end, which is random in every version.
 *
 * No cryptographic hash: whoever could forge one version of the store could also write the index beside it, and
 * loading node:crypto would take longer than all the rest of `list`.
 */
export function versionOf(sealed: Uint8Array): string {
  let checksum = 0x811c9dc5
  for (const byte of sealed) checksum = Math.imul(checksum ^ byte, 0x01000193)
  return [sealed.length, (checksum >>> 0).toString(16), Buffer.from(sealed.subarray(-12)).toString('hex')].join('-')
}

/**
 * The entries of the index if it belongs to exactly this store, else null.
 *
 * @param version - of the store as it is now, or null to take the index as it is (completions may be out of date)
 */
export function readIndex(storePath: string, version: string | null): readonly IndexEntry[] | null {
  try {
    const index: unknown = JSON.parse(readFileSync(indexPathOf(storePath), 'utf8'))
    return isIndexFile(index) && (version === null || index.storeVersion === version) ? index.entries : null
  } catch {
    // A missing or broken index costs one decryption, after which it is written anew.
    return null
  }
}

/** Writes the index of a store. Losing it, or writing it twice, does no harm. */
export function writeIndex(storePath: string, version: string, accounts: readonly OtpAccount[]): void {
  const index: IndexFile = { storeVersion: version, entries: accounts.map(indexEntryOf) }
  const temporary = `${indexPathOf(storePath)}.${process.pid}.new`
  try {
    writeFileSync(temporary, JSON.stringify(index), { mode: 0o600 })
    renameSync(temporary, indexPathOf(storePath))
  } finally {
    rmSync(temporary, { force: true })
  }
}

function isIndexFile(value: unknown): value is IndexFile {
  const index = value as IndexFile | null
  return (
    typeof index?.storeVersion === 'string' &&
    Array.isArray(index.entries) &&
    index.entries.every((entry) => typeof entry?.name === 'string' && Array.isArray(entry.tags))
  )
}
