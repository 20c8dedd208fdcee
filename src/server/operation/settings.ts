import type { Settings } from '../../api/operation.ts'
import type { Core } from '../audit/core.ts'
import { doneBy } from '../access/audited.ts'
import { readSettings, writeSetting } from '../database/settings.ts'
import type { Actor } from '../http/actor.ts'
import { lockoutSetting } from '../subjects/directory.ts'
import { usualLockout } from '../subjects/policy.ts'

const dayMs = 24 * 3_600_000

/** What holds where nobody chose anything. */
const usualSettings: Settings = {
  qrForeground: { red: 0, green: 0, blue: 0, alpha: 255 },
  qrBackground: { red: 255, green: 255, blue: 255, alpha: 255 },
  lockout: usualLockout,
  sessionIdleMs: 3_600_000,
  sessionAbsoluteMs: dayMs / 2,
  undoMs: 7 * dayMs,
  doors: { tinyMfa: true, ungleichotp: true, totpshare: true, gate: true },
  auditRetentionDays: null,
}

/** The key of a setting in its table; the lockout rule is read by the room of the subjects under its own. */
function keyOf(name: keyof Settings): string {
  return name === 'lockout' ? lockoutSetting : `settings.${name}`
}

const names = Object.keys(usualSettings) as (keyof Settings)[]

/** Settings that administrators change while servers run; kept in memory until the change feed says otherwise. */
export class LiveSettings {
  readonly #core: Core
  #known: Promise<Settings> | null = null

  constructor(core: Core) {
    this.#core = core
    core.storage.changes.listen(({ kind }) => void (kind === 'setting' && (this.#known = null)))
    core.storage.changes.onReset(() => void (this.#known = null))
  }

  /** All of them, defaults filled in. */
  async read(): Promise<Settings> {
    if (!this.#core.storage.changes.isConfirmed()) return this.#load()
    this.#known ??= this.#load()
    try {
      return await this.#known
    } catch (error) {
      this.#known = null
      throw error
    }
  }

  /** Stores what is given and audits which settings changed, in one transaction. */
  async update(actor: Actor, given: Partial<Settings>): Promise<Settings> {
    const { storage, audit, services } = this.#core
    const nowMs = services.clock.nowMs()
    const changed = names.filter((name) => given[name] !== undefined)
    await storage.transaction(async (tx) => {
      await audit.append(tx, [
        doneBy(actor, {
          action: 'settings.update',
          objectKind: 'settings',
          objectId: 'settings',
          outcome: 'done',
          detail: { changed },
        }),
      ])
      for (const name of changed) {
        await writeSetting(tx, keyOf(name), JSON.stringify(given[name]), nowMs)
        await storage.recordChange(tx, { kind: 'setting', objectId: keyOf(name) })
      }
    })
    this.#known = null
    return this.read()
  }

  async #load(): Promise<Settings> {
    const stored = await readSettings(this.#core.storage.db, names.map(keyOf))
    const given = names.flatMap((name) => {
      const text = stored.get(keyOf(name))
      return text === undefined ? [] : [[name, JSON.parse(text) as unknown] as const]
    })
    // Our own writes, checked against the schema when they came in.
    return { ...usualSettings, ...(Object.fromEntries(given) as Partial<Settings>) }
  }
}
