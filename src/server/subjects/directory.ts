import type { LockoutRule } from '../../api/realms.ts'
import { parseAlgorithm } from '../../otp/account.ts'
import type { KeyRing } from '../../crypto/key-ring.ts'
import type { Storage, Tx } from '../database/storage.ts'
import { type RealmPolicy, type ReadbackRule, type ReplayRule, usualLockout } from './policy.ts'
import { readSetting } from '../database/settings.ts'
import { findRealmByName, type RealmRow } from './store.ts'

/** A realm as verdicts need it. */
export interface RealmEntry {
  readonly id: string
  readonly name: string
  readonly issuerLabel: string
  readonly origin: string
  readonly dataKeyId: string
  readonly policy: RealmPolicy
  /** When it was last changed, Unix milliseconds: no two changes share it. */
  readonly updatedAtMs: number
}

/** The setting that realms without a lockout rule of their own inherit: JSON of a partial `LockoutRule`. */
export const lockoutSetting = 'lockout'
const kinds = new Set(['realm', 'setting'])

/** Realms by name, kept in memory as long as the change feed is confirmed. */
export class RealmDirectory {
  readonly #storage: Storage
  readonly #keyRing: KeyRing<Tx>
  readonly #entries = new Map<string, RealmEntry | null>()
  // Counts what was forgotten: a row read before a change must not be kept after it.
  #generation = 0

  constructor(storage: Storage, keyRing: KeyRing<Tx>) {
    this.#storage = storage
    this.#keyRing = keyRing
    storage.changes.listen(({ kind }) => kinds.has(kind) && this.#forgetAll())
    storage.changes.onReset(() => this.#forgetAll())
  }

  /** Drops a realm from memory: something proved it old. */
  forget(name: string): void {
    this.#generation += 1
    this.#entries.delete(name)
  }

  #forgetAll(): void {
    this.#generation += 1
    this.#entries.clear()
  }

  /** A realm from memory; null when there is none of this name, undefined when it has to be loaded. */
  recall(name: string): RealmEntry | null | undefined {
    return this.#storage.changes.isConfirmed() ? this.#entries.get(name) : undefined
  }

  /** The realm of exactly this name, null when there is none. */
  async find(name: string): Promise<RealmEntry | null> {
    const known = this.recall(name)
    if (known !== undefined) return known
    const generation = this.#generation
    const row = await findRealmByName(this.#storage.db, name)
    // Names nobody has are not kept: whoever asks for them would fill the memory.
    if (row === undefined) return null
    const entry = realmEntry(row, await inheritedLockout(this.#storage, row.origin))
    // Another server may have made its key a moment ago. Whoever seals under one that is missing is told.
    await this.#keyRing.ready(entry.dataKeyId).catch(() => {})
    if (generation === this.#generation) this.#entries.set(name, entry)
    return entry
  }
}

/** The same for the realms of one origin: what stands there goes over {@link lockoutSetting}. */
export function lockoutSettingOf(origin: string): string {
  return `${lockoutSetting}.${origin}`
}

/** The rule of realms of one origin that have none of their own. */
export async function inheritedLockout({ db }: Pick<Storage, 'db'>, origin: string): Promise<LockoutRule> {
  const general = lockoutOf((await readSetting(db, lockoutSetting)) ?? null, usualLockout)
  return lockoutOf((await readSetting(db, lockoutSettingOf(origin))) ?? null, general)
}

/** A realm's row in the words of the rules. */
export function realmEntry(row: RealmRow, inherited: LockoutRule): RealmEntry {
  return {
    id: row.id,
    name: row.name,
    issuerLabel: row.issuer_label,
    origin: row.origin,
    dataKeyId: row.data_key_id,
    policy: {
      algorithm: parseAlgorithm(row.algorithm),
      digits: row.digits,
      periodSeconds: row.period_seconds,
      windowBack: row.window_back,
      windowForward: row.window_forward,
      replay: row.replay as ReplayRule,
      readback: row.readback as ReadbackRule,
      lockout: lockoutOf(row.lockout, inherited),
      isEnabled: row.enabled === 1,
    },
    updatedAtMs: row.updated_at_ms,
  }
}

function lockoutOf(json: string | null, inherited: LockoutRule): LockoutRule {
  return json === null ? inherited : { ...inherited, ...(JSON.parse(json) as Partial<LockoutRule>) }
}
