import { hash } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
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
  /** SHA-256 of the sealed store this index belongs to. */
  readonly storeSha256: string
  readonly entries: readonly IndexEntry[]
}

/** The index entry of an account. */
export function indexEntryOf(account: OtpAccount): IndexEntry {
  const { issuer, name: label, type, algorithm, digits, periodSeconds, tags } = account
  return { name: nameOf(account), issuer, label, type, algorithm, digits, periodSeconds, tags }
}

/** The file of the index, beside its store. */
export function indexPathOf(storePath: string): string {
  return `${storePath}.index.json`
}

/** Identifies one version of a sealed file. */
export function digestOf(sealed: Uint8Array): string {
  return hash('sha256', sealed, 'hex')
}

/**
 * The entries of the index if it belongs to exactly this store, else null.
 *
 * @param digest - of the store as it is now, or null to take the index as it is (completions may be out of date)
 */
export async function readIndex(storePath: string, digest: string | null): Promise<readonly IndexEntry[] | null> {
  try {
    const index: unknown = JSON.parse(await readFile(indexPathOf(storePath), 'utf8'))
    return isIndexFile(index) && (digest === null || index.storeSha256 === digest) ? index.entries : null
  } catch {
    // A missing or broken index costs one decryption, after which it is written anew.
    return null
  }
}

/** Writes the index of a store. Losing it, or writing it twice, does no harm. */
export async function writeIndex(storePath: string, digest: string, accounts: readonly OtpAccount[]): Promise<void> {
  const index: IndexFile = { storeSha256: digest, entries: accounts.map(indexEntryOf) }
  const temporary = `${indexPathOf(storePath)}.${process.pid}.new`
  await writeFile(temporary, JSON.stringify(index), { mode: 0o600 })
  await rename(temporary, indexPathOf(storePath))
}

function isIndexFile(value: unknown): value is IndexFile {
  const index = value as IndexFile | null
  return (
    typeof index?.storeSha256 === 'string' &&
    Array.isArray(index.entries) &&
    index.entries.every((entry) => typeof entry?.name === 'string' && Array.isArray(entry.tags))
  )
}
