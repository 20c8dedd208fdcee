import type { KeyRing } from '../../crypto/key-ring.ts'
import type { Place } from '../../crypto/sealing.ts'
import { Failure } from '../../errors/failure.ts'
import { parseAlgorithm } from '../../otp/account.ts'
import type { Storage, Tx } from '../database/storage.ts'
import type { RealmEntry } from './directory.ts'
import type { CodeShape } from './policy.ts'
import { Recent } from './recent.ts'
import { findRoster, type RosterRow } from './store.ts'

/** An opened secret. Kept without its HMAC pads: they would take eight times the room, and are written in 0.1 µs. */
export interface RosterSecret {
  readonly secret: Uint8Array
  readonly shape: CodeShape
}

/** A subject with its secrets open, as of one version of it. */
export interface RosterEntry {
  readonly id: string
  readonly name: string
  readonly isEnabled: boolean
  readonly version: number
  /** Which policy of the realm it was read beside. */
  readonly realmUpdatedAtMs: number
  readonly driftSteps: number
  readonly active: RosterSecret | null
  readonly pending: RosterSecret | null
  readonly pendingSealed: Uint8Array | null
  readonly pendingUntilMs: number | null
  /** Why its secrets do not open, when they do not: only this subject's codes then fail. */
  readonly failure: unknown
}

/** Where the active secret of a subject is sealed. */
export function activePlace(subjectId: string): Place {
  return { table: 'subject', column: 'sealed_secret', row: subjectId }
}

/** Where its pending one is. */
export function pendingPlace(subjectId: string): Place {
  return { table: 'subject', column: 'pending_secret', row: subjectId }
}

/** At least so many entries stay open, at most twice as many: 10 to 20 MB, for each takes about 600 bytes. */
const keptEntries = 16_384
/** Names asked for in one query. */
const namesAtOnce = 500

/**
 * Subjects with open secrets, by realm and name.
 *
 * An entry may be old: whoever uses one compares its version in the transaction and loads it again when it moved.
 * That a name does not exist is remembered too, and forgotten when a change tells otherwise.
 */
export class Roster {
  readonly #storage: Storage
  readonly #keyRing: KeyRing<Tx>
  readonly #entries = new Recent<RosterEntry | null>(keptEntries)
  /** Of each look-up under way the keys that nothing was told about since it began. */
  readonly #lookups = new Set<Set<string>>()

  constructor(storage: Storage, keyRing: KeyRing<Tx>) {
    this.#storage = storage
    this.#keyRing = keyRing
    storage.changes.listen(({ kind, objectId }) => {
      if (kind === 'realm') this.#forgetAll()
      if (kind === 'subject') this.#forget(objectId)
    })
    storage.changes.onReset(() => this.#forgetAll())
  }

  /**
   * A subject from memory; null when there is none of this name, undefined when it has to be loaded.
   *
   * Without a confirmed feed only what the version check proves is believed: that somebody exists, never that nobody does.
   */
  recall(realmId: string, name: string): RosterEntry | null | undefined {
    const entry = this.#entries.get(rosterKey(realmId, name))
    return entry === null && !this.#storage.changes.isConfirmed() ? undefined : entry
  }

  /** Loads subjects of one realm; a name that is missing from the answer does not exist. */
  async load(realm: RealmEntry, names: readonly string[]): Promise<Map<string, RosterEntry>> {
    const quiet = new Set(names.map((name) => rosterKey(realm.id, name)))
    this.#lookups.add(quiet)
    try {
      const found = await this.#find(realm, names)
      for (const name of names) this.#keep(rosterKey(realm.id, name), found.get(name) ?? null, quiet)
      return found
    } finally {
      this.#lookups.delete(quiet)
    }
  }

  /** Forgets a subject, so that its next use loads it. */
  forget(realmId: string, name: string): void {
    this.#forget(rosterKey(realmId, name))
  }

  async #find(realm: RealmEntry, names: readonly string[]): Promise<Map<string, RosterEntry>> {
    const found = new Map<string, RosterEntry>()
    for (let start = 0; start < names.length; start += namesAtOnce) {
      const asked = names.slice(start, start + namesAtOnce)
      for (const row of await findRoster(this.#storage, realm.id, asked)) {
        const entry = this.#open(row, realm)
        found.set(row.name, lacksKey(entry) ? await this.#openWithKey(row, realm) : entry)
      }
    }
    return found
  }

  // Who was added while we looked is not remembered as missing: no version check would ever tell.
  #keep(key: string, entry: RosterEntry | null, quiet: ReadonlySet<string>): void {
    if (entry !== null || quiet.has(key)) this.#entries.set(key, entry)
  }

  #forget(key: string): void {
    this.#entries.delete(key)
    for (const quiet of this.#lookups) quiet.delete(key)
  }

  #forgetAll(): void {
    this.#entries.clear()
    for (const quiet of this.#lookups) quiet.clear()
  }

  #open(row: RosterRow, realm: RealmEntry): RosterEntry {
    const closed = {
      id: row.id,
      name: row.name,
      isEnabled: row.enabled === 1,
      version: row.secret_version,
      realmUpdatedAtMs: row.realm_updated_at_ms,
      driftSteps: row.drift_steps,
      pendingSealed: row.pending_secret,
      pendingUntilMs: row.pending_until_ms,
    }
    try {
      const active = this.#openSecret(row.sealed_secret, activePlace(row.id), shapeOf(row, realm.policy))
      const pending = this.#openSecret(row.pending_secret, pendingPlace(row.id), realm.policy)
      return { ...closed, active, pending, failure: null }
    } catch (failure) {
      return { ...closed, active: null, pending: null, failure }
    }
  }

  #openSecret(sealed: Uint8Array | null, place: Place, shape: CodeShape): RosterSecret | null {
    if (sealed === null) return null
    // Copied: an array this small lies in the heap, while what was deciphered is a piece of memory outside of it.
    return { secret: new Uint8Array(this.#keyRing.open(sealed, place)), shape }
  }

  // Another server made the key a moment ago. Nobody else waits for anything here.
  async #openWithKey(row: RosterRow, realm: RealmEntry): Promise<RosterEntry> {
    try {
      if (row.sealed_secret !== null) await this.#keyRing.readyFor(row.sealed_secret, activePlace(row.id))
      if (row.pending_secret !== null) await this.#keyRing.readyFor(row.pending_secret, pendingPlace(row.id))
    } catch {
      // Opening it then tells why it fails.
    }
    return this.#open(row, realm)
  }
}

function lacksKey({ failure }: RosterEntry): boolean {
  return failure instanceof Failure && failure.code === 'data_key_missing'
}

/** The id under which the change feed speaks of a subject's name. */
export function rosterKey(realmId: string, name: string): string {
  return `${realmId}\n${name}`
}

/** How a subject's codes are made: as it was imported, else as its realm says. */
export function shapeOf(row: Pick<RosterRow, 'algorithm' | 'digits' | 'period_seconds'>, realm: CodeShape): CodeShape {
  // Nearly all: they share one object.
  if (row.algorithm === null && row.digits === null && row.period_seconds === null) return realm
  return {
    algorithm: row.algorithm === null ? realm.algorithm : parseAlgorithm(row.algorithm),
    digits: row.digits ?? realm.digits,
    periodSeconds: row.period_seconds ?? realm.periodSeconds,
  }
}
