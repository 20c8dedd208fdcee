import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import type { CliContext } from '../../context.ts'
import { loadSettings, type Settings, type StoreFlags } from '../settings.ts'
import { type Envelope, isPassphraseSealed, type PassphraseSource } from './envelope.ts'
import { unlockedKeeper, type KeyKeeper } from './key-keeper.ts'
import { nameOf, readLines, writeLines } from './lines.ts'
import { versionOf, indexEntryOf, readIndex, writeIndex, type IndexEntry } from './name-index.ts'
import { terminalPassphrases } from './passphrases.ts'
import { readIfThere } from './read-if-there.ts'
import { sealedFile, type SealedFile } from './sealed-file.ts'

/** What an edit wants written and what it answers. */
export interface Edited<T> {
  readonly accounts: readonly OtpAccount[]
  readonly result: T
}

/** Where passphrases and kept keys come from, other than the terminal. */
export interface StoreAccess {
  readonly passphrases?: PassphraseSource
  readonly keeper?: KeyKeeper
  /** gpg's agent must not ask on the terminal: nobody looks at it. */
  readonly gpgAsksNothing?: boolean
}

/** The store's file name when gpg opens it. */
const gpgStoreName = 'accounts.gpg'
/** The store's file name when a passphrase does. */
export const passphraseStoreName = 'accounts.sealed'

/** Opens the store a command's flags, the environment and the settings name. Nothing is read or made yet. */
export function openStore(context: CliContext, flags: StoreFlags = {}, access: StoreAccess = {}): AgentStore {
  const settle = () => loadSettings(context.env, flags)
  const loaded = settle()
  const { gpgAsksNothing = false } = access
  const settings = { ...loaded, gpg: { ...loaded.gpg, asksNothing: gpgAsksNothing } }
  const passphrases = access.passphrases ?? terminalPassphrases(context, settings)
  return new AgentStore(settings, settle, passphrases, access.keeper ?? unlockedKeeper(settings.paths.runtime))
}

/**
 * The accounts of this computer: one encrypted file, its names listable without opening it.
 *
 * Every method opens the file at most once. Changes are atomic, whole and made one after the other over all processes.
 */
export class AgentStore {
  readonly path: string
  readonly settings: Settings
  /** The sealed values of other commands, such as the password the AWS sign-in keeps: in the same envelope. */
  readonly values: SealedFile
  readonly #file: SealedFile
  readonly #settle: () => Settings
  readonly #passphrases: PassphraseSource
  readonly #keeper: KeyKeeper
  #chosen: Promise<Envelope> | undefined

  constructor(settings: Settings, settle: () => Settings, passphrases: PassphraseSource, keeper: KeyKeeper) {
    this.settings = settings
    this.#settle = settle
    this.#passphrases = passphrases
    this.#keeper = keeper
    this.path = storePathOf(settings)
    this.#file = sealedFile(this.path, 'accounts', () => this.envelope())
    this.values = sealedFile(`${this.path}.values`, 'values', () => this.envelope(), this.path)
  }

  /** The envelope in use, or the one a first write would choose. */
  envelope(): Promise<Envelope> {
    return (this.#chosen ??= this.#chooseEnvelope())
  }

  /** Whether there is a store at all. @throws {@link Failure} when something is there that cannot be read */
  exists(): boolean {
    return this.#file.readSealed() !== null
  }

  /**
   * Makes the store, with nothing in it.
   *
   * @throws {@link Failure} `agent_store_exists` where another process was first: its accounts stay
   */
  async make(): Promise<void> {
    const sealed = await this.#file.make(Buffer.alloc(0))
    this.#refreshIndex(versionOf(sealed), [])
  }

  /** What is known without a decryption; one decryption when the index is missing or out of date. */
  async entries(): Promise<readonly IndexEntry[]> {
    const sealed = this.#file.readSealed()
    if (sealed === null) return []
    return readIndex(this.path, versionOf(sealed)) ?? (await this.accounts()).map(indexEntryOf)
  }

  /** All accounts, with their secrets. An absent store has none. */
  async accounts(): Promise<readonly OtpAccount[]> {
    const sealed = this.#file.readSealed()
    if (sealed === null) return []
    const accounts = readLines(await this.#file.open(sealed))
    this.#refreshIndex(versionOf(sealed), accounts)
    return accounts
  }

  /**
   * The account of exactly this name, with its secret.
   *
   * @throws {@link Failure} `agent_account_not_found`
   */
  async account(name: string): Promise<OtpAccount> {
    const found = (await this.accounts()).find((account) => nameOf(account) === name)
    if (found === undefined) throw new Failure('agent_account_not_found', { detail: { name } })
    return found
  }

  /** Changes the accounts; the edit's answer is handed back. An edit that returns the list it got writes nothing. */
  async change<T>(edit: (accounts: readonly OtpAccount[]) => Edited<T>): Promise<T> {
    let outcome: Edited<T> | undefined
    const sealed = await this.#file.change(({ plaintext, isNew }) => {
      const before = readLines(plaintext)
      outcome = edit(before)
      return outcome.accounts === before && !isNew ? null : writeLines(outcome.accounts)
    })
    if (outcome === undefined) throw new Error('The edit of the store did not run')
    if (sealed !== null) this.#refreshIndex(versionOf(sealed), outcome.accounts)
    return outcome.result
  }

  /**
   * Seals everything anew in another envelope, and removes the backups: whoever could read only the old envelope
   * reads nothing more here.
   *
   * No other process writes the store from the choice until all is written.
   *
   * @param choose - picks the envelope by the bytes of the store as they are then
   * @param settle - writes down what the next change will be sealed to, when all is opened and nothing replaced yet:
   *   cut short after it, the store has its old readers until that change, and not the other way round
   * @throws {@link Failure} `agent_store_missing`
   */
  async reseal(choose: (sealed: Buffer) => Promise<Envelope>, settle: () => Promise<void>): Promise<void> {
    // Asked before the lock too, which would make the folder.
    if (!this.exists()) this.#isMissing()
    const resealed = await this.#file.reseal(
      async (sealed) => choose(sealed ?? this.#isMissing()),
      async (next) => {
        await this.values.reseal(async () => next, settle)
        this.#chosen = Promise.resolve(next)
      },
    )
    if (resealed !== null) this.#refreshIndex(versionOf(resealed.sealed), readLines(resealed.plaintext))
  }

  #isMissing(): never {
    throw new Failure('agent_store_missing', { detail: { path: this.path } })
  }

  #refreshIndex(version: string, accounts: readonly OtpAccount[]): void {
    if (readIndex(this.path, version) !== null) return
    try {
      writeIndex(this.path, version, accounts)
    } catch {
      // A store in a folder that cannot be written is still read, only without its index; one that was written, was.
    }
  }

  async #chooseEnvelope(): Promise<Envelope> {
    const sealed = readIfThere(this.path)
    // What this call does not need is not loaded: a code should be there at once.
    if (sealed !== null && isPassphraseSealed(sealed)) {
      const { passphraseEnvelope } = await import('./passphrase-envelope.ts')
      return passphraseEnvelope(this.#passphrases, this.#keeper)
    }
    const { gpgEnvelope } = await import('./gpg-envelope.ts')
    const recipientsOf = (isNew: boolean) => {
      // Settled anew at each write, under its lock: whoever was removed since this command began stays out.
      const { recipients, keepsRecipients } = this.#settle()
      return keepsRecipients && !isNew ? [] : recipients
    }
    return gpgEnvelope(this.settings.gpg, recipientsOf, this.#passphrases)
  }
}

/** The store's file: the named one, else the one there is, else the one a first write would make. */
export function storePathOf({ storePath, paths }: Settings): string {
  if (storePath !== undefined) return storePath
  const underPassphrase = join(paths.data, passphraseStoreName)
  // A link to a drive that is not connected counts too: another store beside it would hide behind it later.
  return isThere(underPassphrase) ? underPassphrase : join(paths.data, gpgStoreName)
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // A folder that may not be entered: whoever reads the store says so.
    return false
  }
}
