import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import type { CliContext } from '../../context.ts'
import { loadSettings, type Settings, type StoreFlags } from '../settings.ts'
import { type Envelope, isPassphraseSealed, type PassphraseSource } from './envelope.ts'
import { unlockedKeeper, type KeyKeeper } from './key-keeper.ts'
import { nameOf, readLines, writeLines } from './lines.ts'
import { digestOf, indexEntryOf, readIndex, writeIndex, type IndexEntry } from './name-index.ts'
import { terminalPassphrases } from './passphrases.ts'
import { readIfThere, sealedFile, type SealedFile } from './sealed-file.ts'

/**
 * The accounts of this computer: one encrypted file, its names listable without opening it.
 *
 * Every method opens the file at most once. Changes are atomic, whole and made one after the other over all processes.
 */
export interface AgentStore {
  readonly path: string
  readonly settings: Settings
  /** The envelope in use, or the one a first write would choose. */
  envelope(): Promise<Envelope>
  /** Whether there is a store at all. */
  exists(): boolean
  /** What is known without a decryption; one decryption when the index is missing or out of date. */
  entries(): Promise<readonly IndexEntry[]>
  /** All accounts, with their secrets. An absent store has none. */
  accounts(): Promise<readonly OtpAccount[]>
  /**
   * The account of exactly this name, with its secret.
   *
   * @throws Failure `agent_account_not_found`
   */
  account(name: string): Promise<OtpAccount>
  /** Changes the accounts; the edit's answer is handed back. An edit that returns the list it got writes nothing. */
  change<T>(edit: (accounts: readonly OtpAccount[]) => Edited<T>): Promise<T>
  /**
   * Seals everything anew in another envelope, and removes the backups: whoever could read only the old envelope
   * reads nothing more here.
   */
  reseal(envelope: Envelope): Promise<void>
  /** The sealed values of other commands, such as the password the AWS sign-in keeps: in the same envelope. */
  readonly values: SealedFile
}

/** The store's file name when gpg opens it. */
export const gpgStoreName = 'accounts.gpg'
/** The store's file name when a passphrase does. */
export const passphraseStoreName = 'accounts.sealed'

/** What an edit wants written and what it answers. */
export interface Edited<T> {
  readonly accounts: readonly OtpAccount[]
  readonly result: T
}

/** Where passphrases and kept keys come from, other than the terminal. */
export interface StoreAccess {
  readonly passphrases?: PassphraseSource
  readonly keeper?: KeyKeeper
}

/** Opens the store a command's flags, the environment and the settings name. Nothing is read or made yet. */
export function openStore(context: CliContext, flags: StoreFlags = {}, access: StoreAccess = {}): AgentStore {
  const settings = loadSettings(context.env, flags)
  const path = storePathOf(settings)
  const passphrases = access.passphrases ?? terminalPassphrases(context, settings)
  const keeper = access.keeper ?? unlockedKeeper(settings.paths.runtime)
  let envelope: Promise<Envelope> | undefined
  const chosen = () => (envelope ??= chooseEnvelope(path, settings, passphrases, keeper))
  const file = sealedFile(path, 'accounts', chosen)

  const opened = async () => {
    const sealed = await file.readSealed()
    if (sealed === null) return []
    const accounts = readLines(await file.open(sealed))
    const digest = digestOf(sealed)
    if ((await readIndex(path, digest)) === null) await writeIndex(path, digest, accounts).catch(() => {})
    return accounts
  }

  const values = sealedFile(`${path}.values`, 'values', chosen)

  return {
    path,
    settings,
    envelope: chosen,
    exists: () => existsSync(path),
    async entries() {
      const sealed = await file.readSealed()
      if (sealed === null) return []
      return (await readIndex(path, digestOf(sealed))) ?? (await opened()).map(indexEntryOf)
    },
    accounts: opened,
    async account(name) {
      const found = (await opened()).find((account) => nameOf(account) === name)
      if (found === undefined) throw new Failure('agent_account_not_found', { detail: { name } })
      return found
    },
    async change(edit) {
      let outcome: ReturnType<typeof edit> | undefined
      const sealed = await file.change(({ plaintext, digest }) => {
        const before = readLines(plaintext)
        outcome = edit(before)
        return outcome.accounts === before && digest !== null ? null : writeLines(outcome.accounts)
      })
      if (outcome === undefined) throw new Error('The edit of the store did not run')
      if (sealed !== null) await writeIndex(path, digestOf(sealed), outcome.accounts)
      return outcome.result
    },
    values,
    async reseal(next) {
      const resealed = await file.reseal(next)
      await values.reseal(next)
      envelope = Promise.resolve(next)
      if (resealed !== null) await writeIndex(path, digestOf(resealed.sealed), readLines(resealed.plaintext))
    },
  }
}

/** The store's file: the named one, else the one there is, else the one a first write would make. */
export function storePathOf({ storePath, paths }: Settings): string {
  if (storePath !== undefined) return storePath
  const underPassphrase = join(paths.data, passphraseStoreName)
  return existsSync(underPassphrase) ? underPassphrase : join(paths.data, gpgStoreName)
}

async function chooseEnvelope(
  path: string,
  settings: Settings,
  passphrases: PassphraseSource,
  keeper: KeyKeeper,
): Promise<Envelope> {
  const sealed = await readIfThere(path)
  // What this call does not need is not loaded: a code should be there at once.
  if (sealed !== null && isPassphraseSealed(sealed)) {
    const { passphraseEnvelope } = await import('./passphrase-envelope.ts')
    return passphraseEnvelope(passphrases, keeper)
  }
  const { gpgEnvelope } = await import('./gpg-envelope.ts')
  return gpgEnvelope(settings.gpg, settings.recipients, passphrases)
}
