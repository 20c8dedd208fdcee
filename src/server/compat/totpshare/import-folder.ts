import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, isFailure } from '../../../errors/failure.ts'
import { completeAccount } from '../../../otp/account.ts'
import type { Actor } from '../../http/actor.ts'
import { storeAccount } from '../../vault/accounts.ts'
import { findByPublicKey } from '../../vault/store.ts'
import type { Vault } from '../../vault/vault.ts'
import { type FolderAccount, type FolderMistake, isMistake, knownDefaultKey, openFolderFile } from './folder-file.ts'
import { importedFiles, noteImportedFile } from './store.ts'

/** What an import did; `total` is the sum of the other counts. */
export interface FolderReport {
  readonly total: number
  readonly imported: readonly { readonly identifier: string; readonly label: string }[]
  /** Taken over before; deleted ones among them stay deleted. */
  readonly known: number
  readonly refused: readonly FolderMistake[]
  readonly warnings: readonly string[]
}

export interface FolderImport {
  readonly folder: string
  readonly encryptionKey: string
  readonly isDryRun: boolean
}

/**
 * Takes a folder of totpshare over, reading it only. Running it again changes nothing; a bad file is reported and
 * stops no other one. Everyone may see the codes, as in totpshare.
 *
 * @throws {@link Failure} `totpshare_folder_unreadable`; `totpshare_key_wrong` with nothing written
 */
export async function importFolder(vault: Vault, actor: Actor, wish: FolderImport): Promise<FolderReport> {
  const { storage } = vault.room.core
  const { files, others } = listFolder(wish.folder)
  const before = await importedFiles(storage.db, files)
  if (files.some((fileName) => !before.has(fileName))) refuseWrongKey(files, wish)
  const imported: { identifier: string; label: string }[] = []
  const refused: FolderMistake[] = others.map((fileName) => ({ fileName, reason: 'it is no regular file' }))
  let known = 0
  for (const fileName of files) {
    if (before.has(fileName) || (await findByPublicKey(storage.db, fileName)) !== null) {
      known++
      continue
    }
    const outcome = await takeOver(vault, actor, wish, fileName)
    if (outcome === null) known++
    else if (isMistake(outcome)) refused.push({ fileName, reason: outcome.reason })
    else imported.push({ identifier: outcome.identifier, label: outcome.label })
  }
  return { total: files.length + others.length, imported, known, refused, warnings: warningsOf(wish) }
}

/** With another key all would stay behind, and each be named. */
function refuseWrongKey(files: readonly string[], { folder, encryptionKey }: FolderImport): void {
  let closed = 0
  for (const fileName of files) {
    const opened = openFile(folder, fileName, encryptionKey)
    if (!isMistake(opened)) return
    if (opened.isClosed) closed++
  }
  if (closed > 0) throw new Failure('totpshare_key_wrong', { detail: { folder } })
}

function openFile(folder: string, fileName: string, encryptionKey: string): FolderAccount | FolderMistake {
  const content = readSmallFile(join(folder, fileName))
  if (content === null) return { fileName, reason: 'it cannot be read, or is too large to be an account' }
  return openFolderFile(fileName, content, encryptionKey)
}

function warningsOf({ encryptionKey }: FolderImport): string[] {
  if (encryptionKey !== knownDefaultKey) return []
  return ['The folder is sealed with the default key everybody knows. Delete it once its accounts are here.']
}

// Null for a file that another server took over meanwhile.
async function takeOver(
  vault: Vault,
  actor: Actor,
  { folder, encryptionKey, isDryRun }: FolderImport,
  fileName: string,
): Promise<FolderAccount | FolderMistake | null> {
  const opened = openFile(folder, fileName, encryptionKey)
  if (isMistake(opened) || isDryRun) return opened
  const { core } = vault.room
  try {
    await core.storage.transaction(async (tx) => {
      await storeAccount(vault.room, tx, actor, {
        otp: completeAccount({ secret: opened.secret }),
        text: { label: opened.label, identifier: opened.identifier, issuer: '', url: '', tags: [], note: '' },
        settings: {},
        grants: [{ grantee: 'everyone', right: 'reveal' }],
        allowDuplicate: true,
        custody: { how: 'imported', note: "totpshare's folder" },
        publicKey: opened.publicKey,
      })
      await noteImportedFile(tx, core.storage.engine, fileName, core.services.clock.nowMs())
    })
    return opened
  } catch (error) {
    if (isFailure(error, 'totpshare_key_taken')) return null
    if (isFailure(error)) return { fileName, reason: error.message }
    throw error
  }
}

/** Links and folders are named in the report: nothing that lies in the folder is passed over in silence. */
function listFolder(folder: string): { files: string[]; others: string[] } {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).toSorted((one, other) =>
      one.name < other.name ? -1 : 1,
    )
    const isFile = Map.groupBy(entries, (entry) => entry.isFile())
    const namesOf = (wanted: boolean) => (isFile.get(wanted) ?? []).map(({ name }) => name)
    return { files: namesOf(true), others: namesOf(false) }
  } catch (cause) {
    throw new Failure('totpshare_folder_unreadable', { detail: { folder }, cause })
  }
}

// A secret with its padding is a few hundred bytes; whatever is larger was put there by mistake.
function readSmallFile(path: string): Uint8Array | null {
  try {
    return statSync(path).size > 16_384 ? null : readFileSync(path)
  } catch {
    return null
  }
}
