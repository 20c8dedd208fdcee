import { type LockoutRule } from '../../../api/realms.ts'
import type { Core } from '../../audit/core.ts'
import type { AuditEvent } from '../../audit/event.ts'
import type { Tx } from '../../database/storage.ts'
import { actorId, actorName } from '../../http/actor.ts'
import type { By } from '../../subjects/audited.ts'
import { lockoutSettingOf } from '../../subjects/directory.ts'
import { readSetting, writeSetting } from '../../database/settings.ts'

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
  // Counts what was forgotten: a text read before a change must not be kept after it.
  #generation = 0

  constructor(core: Core) {
    this.#core = core
    core.storage.changes.listen(({ kind }) => kind === 'setting' && this.#forget())
    core.storage.changes.onReset(() => this.#forget())
  }

  /** The settings from memory, null when they have to be read. */
  recall(): TinyMfaSettings | null {
    return this.#core.storage.changes.isConfirmed() ? this.#known : null
  }

  /** The settings as they stand now. */
  async read(): Promise<TinyMfaSettings> {
    const known = this.recall()
    if (known !== null) return known
    const generation = this.#generation
    const text = await readSetting(this.#core.storage.db, settingKey)
    const read = { ...usualTinyMfa, ...(text === undefined ? {} : (JSON.parse(text) as Partial<TinyMfaSettings>)) }
    if (generation === this.#generation) this.#known = read
    return read
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

  #forget(): void {
    this.#generation += 1
    this.#known = null
  }
}

/** The door's settings change. */
export function settingsChanged({ actor, address, door }: By, what: 'configuration' | 'oidc'): AuditEvent {
  return {
    action: 'settings.update',
    actorKind: actor.kind,
    actorId: actorId(actor),
    actorName: actorName(actor),
    objectKind: 'settings',
    objectId: settingKey,
    outcome: 'done',
    address,
    detail: { door, changed: [what] },
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
