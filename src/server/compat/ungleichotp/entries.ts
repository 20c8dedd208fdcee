import { encodeBase32 } from '../../../otp/base32.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Tx } from '../../database/storage.ts'
import { type By, subjectEvent } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { callerRealms, peopleRealm } from '../../subjects/reserved.ts'
import { activePlace } from '../../subjects/roster.ts'
import type { DoorParts } from '../door-parts.ts'
import { lastAdmin, notFound, notUnique, wrongFields } from './refusal.ts'
import { type UngleichotpRules, ungleichotpOrigin } from './settings.ts'
import * as store from './store.ts'

/** An entry as ungleichotp writes it; `id` is ours, so that it can be learnt. */
export interface Entry {
  readonly name: string
  readonly realm: string
  readonly seed: string
  readonly id: number | string
}

/** Entries: subjects of the realms this door shows. */
export class Entries {
  readonly #parts: DoorParts
  readonly #rules: UngleichotpRules

  constructor(parts: DoorParts, rules: UngleichotpRules) {
    this.#parts = parts
    this.#rules = rules
  }

  /** Every shown entry with its seed; the reading is audited once for all. */
  async list(by: By, filter: { name?: string | undefined; realm?: string | undefined }): Promise<Entry[]> {
    const isOdd = [filter.name, filter.realm].some((text) => text?.includes('\0'))
    const rows = isOdd ? [] : await store.listEntries(this.#parts.core.storage.db, filter)
    const entries: Entry[] = []
    for (const row of rows) entries.push(await this.#open(row))
    await this.#auditReading(by, rows)
    return entries
  }

  async read(by: By, id: string): Promise<Entry> {
    const row = await this.#row(id)
    const entry = await this.#open(row)
    await this.#auditReading(by, [row])
    return entry
  }

  /** Makes an entry with a fresh seed, or a given one. @throws Refusal 400 */
  async create(by: By, { name, realm }: { name: string; realm: string }, seed?: Uint8Array): Promise<Entry> {
    const into = await this.#ownRealm(by, realm)
    const { core, subjects } = this.#parts
    try {
      return await core.storage.transaction(async (tx) => {
        if ((await subjects.find(into, name, tx)) !== null) throw notUnique()
        const number = await store.nextEntryNumber(tx, core.services.clock.nowMs())
        const subject = await subjects.add(tx, into, { name, number }, by)
        const start = { begins: 'active' as const, ...(seed === undefined ? {} : { secret: seed }) }
        const { secretBase32 } = await subjects.enrolment.start(tx, into, subject, start, by)
        return { name, realm, seed: secretBase32, id: number }
      })
    } catch (error) {
      throw isDuplicate(error) ? notUnique() : error
    }
  }

  /** Gives an entry another name or realm; its seed stays. @throws Refusal 400, 404, 409 */
  async update(by: By, id: string, change: { name?: string; realm?: string }): Promise<Entry> {
    const row = await this.#row(id)
    const { name = row.name, realm = row.realm_name } = change
    const into = realm === row.realm_name ? await this.#realm(row.realm_name) : await this.#ownRealm(by, realm)
    const { core, subjects } = this.#parts
    try {
      await core.storage.transaction(async (tx) => {
        const other = await subjects.find(into, name, tx)
        if (other !== null && other.id !== row.id) throw notUnique()
        if (realm !== row.realm_name) await this.#move(tx, row, into)
        if (name !== row.name || realm !== row.realm_name) await subjects.change(tx, into, row, { name }, by)
      })
    } catch (error) {
      throw isDuplicate(error) ? notUnique() : error
    }
    return this.#open(await this.#row(id))
  }

  async remove(by: By, id: string): Promise<void> {
    const row = await this.#row(id)
    const realm = await this.#realm(row.realm_name)
    await this.#parts.core.storage.transaction(async (tx) => {
      await this.#keepLastAdmin(tx, row)
      await this.#parts.subjects.remove(tx, realm, row, by)
    })
  }

  async #move(tx: Tx, row: store.EntryRow, into: RealmEntry): Promise<void> {
    await this.#keepLastAdmin(tx, row)
    const { keyRing, storage } = this.#parts.core
    await keyRing.ready(into.dataKeyId)
    const secret = row.sealed_secret === null ? null : keyRing.open(row.sealed_secret, activePlace(row.id))
    const sealed = secret === null ? null : keyRing.seal(into.dataKeyId, secret, activePlace(row.id))
    await store.moveEntry(tx, row.id, into.id, sealed)
    await storage.recordChange(tx, { kind: 'realm', objectId: row.realm_id })
  }

  // Counted in the transaction that removes: of two who remove the last two at once, one is refused.
  async #keepLastAdmin(tx: Tx, row: store.EntryRow): Promise<void> {
    if (row.realm_name !== callerRealms.admin) return
    await store.holdEntries(tx, row.realm_id)
    if ((await store.countEntries(tx, callerRealms.admin)) <= 1) throw lastAdmin()
  }

  async #row(id: string): Promise<store.EntryRow> {
    // PostgreSQL's text cannot hold NUL, and no id or name has one.
    const row = id.includes('\0') ? undefined : await store.findEntry(this.#parts.core.storage.db, id)
    if (row === undefined) throw notFound()
    return row
  }

  async #realm(name: string): Promise<RealmEntry> {
    const realm = await this.#parts.subjects.realm(name)
    if (realm === null) throw notFound()
    return realm
  }

  /** A realm of this door, made if it is new. @throws Refusal 400 for reserved realms and those of other doors */
  async #ownRealm(by: By, name: string): Promise<RealmEntry> {
    if (name.toLowerCase() === peopleRealm) throw wrongFields({ realm: ['This realm is reserved.'] })
    const { digits, periodSeconds, windowSteps } = this.#rules
    const window = { windowBack: windowSteps, windowForward: windowSteps }
    const policy = { digits, periodSeconds, ...window, replay: 'once', readback: 'enrollers' } as const
    const realm = await this.#parts.subjects.ensureRealm({ name, ...policy, origin: ungleichotpOrigin }, by)
    if (realm.origin !== ungleichotpOrigin) throw wrongFields({ realm: ['This realm belongs to another door.'] })
    return realm
  }

  async #open(row: store.EntryRow): Promise<Entry> {
    const { keyRing } = this.#parts.core
    const { sealed_secret: sealed, id, name, realm_name: realm, number, origin } = row
    if (sealed === null) throw notFound()
    await keyRing.readyFor(sealed, activePlace(id))
    const seed = encodeBase32(keyRing.open(sealed, activePlace(id)))
    return { name, realm, seed, id: origin === ungleichotpOrigin ? number : id }
  }

  async #auditReading(by: By, rows: readonly store.EntryRow[]): Promise<void> {
    const { storage, audit } = this.#parts.core
    const events = rows.map((row) => subjectEvent(by, 'readback', row.realm_id, row, { which: 'active' }))
    await storage.transaction((tx) => audit.append(tx, events))
  }
}
