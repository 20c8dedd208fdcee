import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import type { CliContext } from '../../context.ts'
import { forgetPassphrases } from '../gpg/forget-passphrases.ts'
import { keyIdsOf } from '../gpg/encrypt.ts'
import type { StoreFlags } from '../settings.ts'
import type { PassphraseSource } from '../store/envelope.ts'
import { memoryKeeper } from '../store/key-keeper.ts'
import { nameOf } from '../store/lines.ts'
import { versionOf } from '../store/name-index.ts'
import { readIfThere } from '../store/read-if-there.ts'
import { type AgentStore, openStore } from '../store/store.ts'

/**
 * The store behind the web page: opened with the passphrase typed there, locked again when nobody uses it.
 *
 * gpg is never let to ask on the terminal the page was started from.
 */
export class UnlockedStore {
  readonly store: AgentStore
  #passphrase: string | null = null
  readonly #keeper = memoryKeeper()
  #idle: NodeJS.Timeout | undefined
  #locks = 0
  #locking: Promise<void> = Promise.resolve()
  #opened: { readonly version: string; readonly accounts: readonly OtpAccount[] } | null = null

  constructor(context: CliContext, flags: StoreFlags) {
    const passphrases: PassphraseSource = {
      given: async () => this.#passphrase,
      ask: async () => null,
      askNew: async () => this.#passphrase,
    }
    this.store = openStore(context, flags, { passphrases, keeper: this.#keeper, gpgAsksNothing: true })
  }

  /**
   * Takes a passphrase, if it is the right one.
   *
   * gpg's agent would accept any while it remembers the right one, so it is made to forget first.
   *
   * @throws {@link Failure} `agent_passphrase_wrong`
   */
  async unlock(passphrase: string): Promise<void> {
    await this.lock()
    this.#passphrase = passphrase
    try {
      await this.#accounts()
    } catch (cause) {
      await this.lock()
      throw cause
    }
    this.touch()
  }

  /** Forgets the passphrase, here and in gpg's agent. */
  lock(): Promise<void> {
    clearTimeout(this.#idle)
    this.#idle = undefined
    this.#passphrase = null
    this.#opened = null
    this.#keeper.forget()
    // What is being opened just now waits for this, or is thrown away: it must not open what was locked.
    this.#locks++
    this.#locking = this.#forgetInAgent()
    return this.#locking
  }

  /** All accounts: opened once, and again only when another process has changed the store. */
  async #accounts(): Promise<readonly OtpAccount[]> {
    await this.#locking.catch(() => {})
    const sealed = readIfThere(this.store.path)
    if (sealed === null) return []
    const version = versionOf(sealed)
    if (this.#opened?.version === version) return this.#opened.accounts
    const locks = this.#locks
    const accounts = await this.store.accounts()
    if (locks !== this.#locks) throw new Failure('agent_passphrase_needed')
    this.#opened = { version, accounts }
    if (this.#idle === undefined) this.touch()
    return accounts
  }

  async #forgetInAgent(): Promise<void> {
    const sealed = readIfThere(this.store.path)
    const isGpg = sealed !== null && sealed.length > 0 && (await this.store.envelope()).kind === 'gpg'
    if (isGpg) await forgetPassphrases(this.store.settings.gpg, await keyIdsOf(this.store.settings.gpg, sealed))
  }

  /** Notes that somebody is there: the store locks itself after a while without this. */
  touch(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.lock().catch(() => {}), this.store.settings.lockAfterMinutes * 60_000)
    this.#idle.unref()
  }

  /** Whether codes can be had without a passphrase being typed first. */
  async isOpen(): Promise<boolean> {
    try {
      await this.#accounts()
      return true
    } catch (cause) {
      if (cause instanceof Failure && ['agent_passphrase_needed', 'agent_passphrase_wrong'].includes(cause.code))
        return false
      throw cause
    }
  }

  /** The account of exactly this name. @throws {@link Failure} `agent_otp_not_found`, or because the store is locked */
  async account(name: string): Promise<OtpAccount> {
    const found = (await this.#accounts()).find((account) => nameOf(account) === name)
    if (found === undefined) throw new Failure('agent_otp_not_found', { detail: { name } })
    return found
  }
}
