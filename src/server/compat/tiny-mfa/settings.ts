import { type LockoutRule } from '../../../api/realms.ts'
import type { Core } from '../../audit/core.ts'
import type { Tx } from '../../database/storage.ts'
import { lockoutSettingOf } from '../../subjects/directory.ts'
import { readSetting, writeSetting } from '../../subjects/store.ts'

/** The realms made through this door. */
export const tinyMfaOrigin = 'tiny-mfa'
/** Where the door's settings stand. */
export const settingKey = 'tiny-mfa'

/** go-tiny-mfa's server configuration. */
export interface TinyMfaSettings {
  /** Where the door listens when it is the main door, from the next start on. */
  readonly httpPort: number
  /** Wrong codes of one user in one step after which even the right one is refused. */
  readonly denyLimit: number
  /** Off opens the user and validation paths of the door's own realms to everybody. */
  readonly verifyTokens: boolean
  /** OpenID Connect as it was sent through this door; the secret is kept with the draft of sign-on only. */
  readonly oidc: TinyMfaOidc
}

export interface TinyMfaOidc {
  readonly enabled: boolean
  readonly clientId: string
  readonly discoveryUrl: string
  readonly hasSecret: boolean
}

/** go-tiny-mfa's own defaults, but for the tokens: an open system would be no default of ours. */
export const usualTinyMfa: TinyMfaSettings = {
  httpPort: 57_687,
  denyLimit: 5,
  verifyTokens: true,
  oidc: { enabled: false, clientId: '', discoveryUrl: '', hasSecret: false },
}

/** The door's settings, in memory until the change feed says otherwise. */
export class TinyMfaSettingsStore {
  readonly #core: Core
  #known: TinyMfaSettings | null = null

  constructor(core: Core) {
    this.#core = core
    core.storage.changes.listen(({ kind }) => void (kind === 'setting' && (this.#known = null)))
    core.storage.changes.onReset(() => void (this.#known = null))
  }

  /** The settings from memory, null when they have to be read. */
  recall(): TinyMfaSettings | null {
    return this.#core.storage.changes.isConfirmed() ? this.#known : null
  }

  async read(): Promise<TinyMfaSettings> {
    const known = this.recall()
    if (known !== null) return known
    const text = await readSetting(this.#core.storage.db, settingKey)
    this.#known = { ...usualTinyMfa, ...(text === undefined ? {} : (JSON.parse(text) as Partial<TinyMfaSettings>)) }
    return this.#known
  }

  /** Stores settings in the caller's transaction, with the lockout rule that the deny limit means. */
  async write(tx: Tx, settings: TinyMfaSettings): Promise<void> {
    const nowMs = this.#core.services.clock.nowMs()
    await writeSetting(tx, settingKey, JSON.stringify(settings), nowMs)
    const lockoutKey = lockoutSettingOf(tinyMfaOrigin)
    await writeSetting(tx, lockoutKey, JSON.stringify(lockoutOf(settings.denyLimit)), nowMs)
    for (const objectId of [settingKey, lockoutKey]) {
      await this.#core.storage.recordChange(tx, { kind: 'setting', objectId })
    }
  }
}

/**
 * The deny limit as a lockout rule: so many failures in each step of 30 seconds, whoever sends them.
 *
 * Beyond the step stands the long-term brake that go-tiny-mfa lacks: waits after four steps full of failures, and the
 * cap of 100, which two consecutive codes of the user or an administrator lift.
 */
export function lockoutOf(denyLimit: number): Partial<LockoutRule> {
  return {
    unknownPerStep: denyLimit,
    unknownBeforeWaits: Math.min(100, denyLimit * 4),
    knownPerWindow: Math.min(100, denyLimit),
    knownWindowMs: 30_000,
  }
}
