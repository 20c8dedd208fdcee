import type * as api from '../../api/realms.ts'
import { Failure } from '../../errors/failure.ts'
import { isAuditor, requireAdministrator, requireKnown, hasScope } from '../access/rights.ts'
import type { Core } from '../audit/core.ts'
import { isDuplicate } from '../database/conflict.ts'
import type { Tx } from '../database/storage.ts'
import { takeTurn } from '../database/turns.ts'
import type { Actor } from '../http/actor.ts'
import { pageOfRows, readCursor } from '../http/cursor.ts'
import { type By, realmEvent } from '../subjects/audited.ts'
import { inheritedLockout, realmEntry, type RealmEntry } from '../subjects/directory.ts'
import { canonicalName, checkedRealmName, nameKey } from '../subjects/names.ts'
import type { RealmPolicy } from '../subjects/policy.ts'
import { isReserved, reservedRealms } from '../subjects/reserved.ts'
import { columnsOf } from '../subjects/make-realm.ts'
import { findRealmByName, moveVersions, type RealmRow } from '../subjects/store.ts'
import type { Subjects } from '../subjects/subjects.ts'
import { renameInScopes } from './realm-tokens.ts'
import { removeRealm } from './remove-realm.ts'
import * as store from './store.ts'
import { realmView } from './views.ts'

/** Verbs of scopes that let a token see a realm. */
const seeingVerbs = ['verify', 'explain', 'enrol'] as const

type RealmInput = Partial<Omit<api.Realm, 'lockout'>> & { lockout?: api.LockoutRule | null }

/** Realms through the native API: made, read, changed and deleted by administrators. */
export class RealmOffice {
  readonly #core: Core
  readonly #subjects: Subjects

  constructor(core: Core, subjects: Subjects) {
    this.#core = core
    this.#subjects = subjects
  }

  /** A page of the realms the actor may see, by name. */
  async list(
    actor: Actor,
    query: { cursor?: string; limit?: number; search?: string },
  ): Promise<{
    items: api.Realm[]
    nextCursor?: string
  }> {
    requireKnown(actor)
    const limit = query.limit ?? 100
    const [after = ''] = query.cursor === undefined ? [] : readCursor(query.cursor, ['string'])
    const { db } = this.#core.storage
    const rows = await this.#visibleAfter(actor, String(after), limit + 1, query.search)
    const counts = await store.countSubjects(
      db,
      rows.map(({ id }) => id),
    )
    const page = pageOfRows(
      rows,
      limit,
      (row) => [row.name],
      (row) => row,
    )
    const items = await Promise.all(page.items.map((row) => this.#view(row, counts.get(row.id) ?? 0)))
    return { ...page, items }
  }

  /** A realm the actor may see. @throws {@link Failure} `realm_not_found`, also for one it may not see */
  async read(actor: Actor, name: string): Promise<api.Realm> {
    requireKnown(actor)
    // Before it is looked for: to whoever may not see it, it costs the same whether it is there.
    if (!maySee(actor, canonicalName(name))) {
      throw new Failure('realm_not_found', { cause: new Failure('forbidden') })
    }
    const row = await this.#find(name)
    const counts = await store.countSubjects(this.#core.storage.db, [row.id])
    return this.#view(row, counts.get(row.id) ?? 0)
  }

  /** Makes a realm. @throws {@link Failure} `realm_name_invalid`, `realm_name_taken` */
  async create(by: By, input: RealmInput & { name: string }): Promise<api.Realm> {
    requireAdministrator(by.actor)
    const name = checkedRealmName(input.name)
    if (isReserved(nameKey(name))) throw new Failure('realm_name_invalid', { detail: { field: 'name' } })
    const realm = { ...policyOf(input), ...labelsOf(input), name, lockout: input.lockout ?? null, origin: 'api' }
    await this.#orTaken(() =>
      this.#core.storage.transaction(async (tx) => {
        await this.#refuseTakenName(tx, name, '')
        await this.#subjects.makeRealm(tx, realm, by)
      }),
    )
    return this.read(by.actor, name)
  }

  /** Changes a realm. Subjects that are enrolled keep making their codes as before. */
  async update(by: By, name: string, input: RealmInput): Promise<api.Realm> {
    requireAdministrator(by.actor)
    const newName = await this.#orTaken(() =>
      this.#core.storage.transaction(async (tx) => {
        const row = await this.#hold(name, tx)
        const renamed = input.name === undefined ? row.name : checkedRealmName(input.name)
        if (renamed !== row.name) await this.#refuseTakenName(tx, renamed, row.id)
        await this.#write(tx, by, row, renamed, input)
        return renamed
      }),
    )
    return this.read(by.actor, newName)
  }

  /** Deletes a realm with its subjects; the audit of both stays (T71). */
  async remove(by: By, name: string): Promise<void> {
    requireAdministrator(by.actor)
    await this.#core.storage.transaction(async (tx) => removeRealm(this.#core, tx, await this.#find(name, tx), by))
  }

  /** The realm of a path, as verdicts need it. @throws {@link Failure} `realm_not_found` */
  async entry(name: string): Promise<RealmEntry> {
    const canonical = canonicalName(name)
    const entry = isReserved(canonical) ? null : await this.#subjects.realm(canonical)
    if (entry === null) throw new Failure('realm_not_found')
    return entry
  }

  async #write(tx: Tx, by: By, row: RealmRow, name: string, input: RealmInput): Promise<void> {
    const before = realmEntry(row, await inheritedLockout(this.#core.storage, row.origin)).policy
    const after = { ...before, ...policyOf(input) }
    if (changesCodes(before, after)) await store.keepShapes(tx, row)
    if (name !== row.name) await renameInScopes(this.#core.storage, tx, row.name, name)
    await moveVersions(tx, row.id)
    await store.updateRealm(tx, row.id, {
      name,
      ...columnsOf(after),
      ...(input.issuerLabel === undefined ? {} : { issuer_label: input.issuerLabel }),
      ...(input.contact === undefined ? {} : { contact: input.contact }),
      ...(input.lockout === undefined ? {} : { lockout: input.lockout && JSON.stringify(input.lockout) }),
      updated_at_ms: this.#core.services.clock.nowMs(),
    })
    const detail = { fields: Object.keys(input), ...(name === row.name ? {} : { before: row.name }) }
    await this.#core.audit.append(tx, [realmEvent(by, 'update', { id: row.id, name }, detail)])
    await this.#core.storage.recordChange(tx, { kind: 'realm', objectId: row.id })
  }

  async #visibleAfter(actor: Actor, after: string, limit: number, search: string | undefined): Promise<RealmRow[]> {
    const rows: RealmRow[] = []
    for (let from = after; rows.length < limit;) {
      const page = { after: from, limit, search, hidden: reservedRealms }
      const found = await store.listRealms(this.#core.storage.db, page)
      rows.push(...found.filter(({ name }) => maySee(actor, name)))
      if (found.length < limit) break
      from = found.at(-1)?.name ?? from
    }
    return rows.slice(0, limit)
  }

  async #find(name: string, tx?: Tx): Promise<RealmRow> {
    const canonical = canonicalName(name)
    const row = isReserved(canonical) ? undefined : await findRealmByName(tx ?? this.#core.storage.db, canonical)
    if (row === undefined) throw new Failure('realm_not_found')
    return row
  }

  async #hold(name: string, tx: Tx): Promise<RealmRow> {
    const { id } = await this.#find(name, tx)
    const row = await store.holdRealm(tx, this.#core.storage.engine, id)
    if (row === undefined) throw new Failure('realm_not_found')
    return row
  }

  async #view(row: RealmRow, subjectCount: number): Promise<api.Realm> {
    return realmView(row, await inheritedLockout(this.#core.storage, row.origin), subjectCount)
  }

  // Two who take one name at once pass the look-up; the unique index settles it.
  async #orTaken<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (error) {
      throw isDuplicate(error) ? new Failure('realm_name_taken', { cause: error }) : error
    }
  }

  // One after the other: of two who ask at once for a name and its twin, one is to see the other's (T26).
  async #refuseTakenName(tx: Tx, name: string, exceptId: string): Promise<void> {
    if (isReserved(nameKey(name))) throw new Failure('realm_name_invalid', { detail: { field: 'name' } })
    await takeTurn(tx, this.#core.storage.engine, 'realmNames')
    const names = await store.realmNames(tx)
    if (names.some((other) => other.id !== exceptId && nameKey(other.name) === nameKey(name))) {
      throw new Failure('realm_name_taken', { detail: { field: 'name' } })
    }
  }
}

function maySee(actor: Actor, realmName: string): boolean {
  return isAuditor(actor) || seeingVerbs.some((verb) => hasScope(actor, verb, realmName))
}

function policyOf(input: RealmInput): Partial<Omit<RealmPolicy, 'lockout'>> {
  const { algorithm, digits, periodSeconds, windowBack, windowForward, replay, readback, enabled } = input
  const given = { algorithm, digits, periodSeconds, windowBack, windowForward, replay, readback, isEnabled: enabled }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function labelsOf({ issuerLabel, contact }: RealmInput): { issuerLabel?: string; contact?: string } {
  return { ...(issuerLabel === undefined ? {} : { issuerLabel }), ...(contact === undefined ? {} : { contact }) }
}

function changesCodes(before: Omit<RealmPolicy, 'lockout'>, after: Omit<RealmPolicy, 'lockout'>): boolean {
  return (
    before.algorithm !== after.algorithm ||
    before.digits !== after.digits ||
    before.periodSeconds !== after.periodSeconds
  )
}
