import { encodeBase32 } from '../../../otp/base32.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import { type By, subjectEvent } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { callerRealms } from '../../subjects/reserved.ts'
import { activePlace } from '../../subjects/roster.ts'
import { updateSubject } from '../../subjects/store.ts'
import type { DoorParts } from '../door-parts.ts'
import { wrongName, wrongRealm } from './entry-rules.ts'
import { type FieldRules, wrongText } from './fields.ts'
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

/** Entries of ungleich-admin that can log in: enabled, with a secret and a name a body can carry. */
export async function administrators(db: Queryable, rules: FieldRules): Promise<{ id: string; name: string }[]> {
  const entries = await store.enabledEntries(db, callerRealms.admin)
  return entries.filter(({ name }) => wrongText(name, rules) === null)
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
    this.#refuseName(name)
    const into = await this.#ownRealm(by, realm)
    const { core, subjects } = this.#parts
    try {
      return await core.storage.transaction(async (tx) => {
        if ((await subjects.find(into, name, tx)) !== null) throw notUnique()
        const subject = await subjects.add(tx, into, { name }, by)
        const start = { begins: 'active' as const, ...(seed === undefined ? {} : { secret: seed }) }
        const { secretBase32 } = await subjects.enrolment.start(tx, into, subject, start, by)
        return { name, realm, seed: secretBase32, id: subject.number }
      })
    } catch (error) {
      throw isDuplicate(error) ? notUnique() : error
    }
  }

  /**
   * Gives an entry another name or realm; its seed stays. Entries of other doors stay in their realms.
   *
   * @throws Refusal 400, 404, 409
   */
  async update(by: By, id: string, change: { name?: string; realm?: string }): Promise<Entry> {
    const row = await this.#row(id)
    const { name = row.name, realm = row.realm_name } = change
    if (name !== row.name) this.#refuseName(name)
    if (realm !== row.realm_name && row.origin !== ungleichotpOrigin) {
      throw wrongFields({ realm: ['This entry belongs to another door and stays in its realm.'] })
    }
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
    const changed = await store.findEntryOf(core.storage.db, row.id)
    if (changed === undefined) throw notFound()
    return this.#open(changed)
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
    // Moved first: from then on nobody else changes it, and its secret may be another one than it had when we looked.
    if (!(await updateSubject(tx, row.id, { realm_id: into.id }))) throw notFound()
    const sealed = await store.sealedSecretOf(tx, row.id)
    if (sealed !== null) {
      await keyRing.ready(into.dataKeyId)
      await keyRing.readyFor(sealed, activePlace(row.id))
      const secret = keyRing.open(sealed, activePlace(row.id))
      await store.writeSealedSecret(tx, row.id, keyRing.seal(into.dataKeyId, secret, activePlace(row.id)))
    }
    await storage.recordChange(tx, { kind: 'realm', objectId: row.realm_id })
  }

  // Counted in the transaction that removes: of two who remove the last two at once, one is refused.
  async #keepLastAdmin(tx: Tx, row: store.EntryRow): Promise<void> {
    if (row.realm_name !== callerRealms.admin) return
    await store.holdEntries(tx, row.realm_id)
    const others = (await administrators(tx, this.#rules)).filter(({ id }) => id !== row.id)
    if (others.length === 0) throw lastAdmin()
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
    const wrong = wrongRealm(name, this.#rules)
    if (wrong !== null) throw wrongFields({ realm: [wrong] })
    const { digits, periodSeconds, windowSteps } = this.#rules
    const window = { windowBack: windowSteps, windowForward: windowSteps }
    const policy = { digits, periodSeconds, ...window, replay: 'once', readback: 'enrollers' } as const
    const realm = await this.#parts.subjects.ensureRealm({ name, ...policy, origin: ungleichotpOrigin }, by)
    if (realm.origin !== ungleichotpOrigin) throw wrongFields({ realm: ['This realm belongs to another door.'] })
    return realm
  }

  #refuseName(name: string): void {
    const wrong = wrongName(name, this.#rules)
    if (wrong !== null) throw wrongFields({ name: [wrong] })
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
