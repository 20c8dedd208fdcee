import type * as api from '../../api/subjects.ts'
import { Failure } from '../../errors/failure.ts'
import { hasScope, requireAdministrator, requireKnown } from '../access/rights.ts'
import type { Core } from '../audit/core.ts'
import type { Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import { pageOfRows, readCursor } from '../http/cursor.ts'
import type { By } from '../subjects/audited.ts'
import type { RealmEntry } from '../subjects/directory.ts'
import { pendingForMs, type ShownSecret } from '../subjects/enrol.ts'
import { canonicalName, checkedEmail, checkedSubjectName, nameKey } from '../subjects/names.ts'
import type { SubjectRow } from '../subjects/store.ts'
import { addressSource } from '../subjects/source.ts'
import type { Subjects } from '../subjects/subjects.ts'
import type { RealmOffice } from './realm-office.ts'
import * as store from './store.ts'
import { enrolmentView, subjectView } from './views.ts'

/** Where a subject stands in the API. */
export interface SubjectPath {
  readonly realm: string
  readonly subject: string
}

/** Subjects through the native API: kept and enrolled by administrators and tokens with `enrol:REALM`. */
export class SubjectOffice {
  readonly #core: Core
  readonly #subjects: Subjects
  readonly #realms: RealmOffice

  constructor(core: Core, subjects: Subjects, realms: RealmOffice) {
    this.#core = core
    this.#subjects = subjects
    this.#realms = realms
  }

  /** A page of a realm's subjects, by name. */
  async list(actor: Actor, realmName: string, query: { cursor?: string; limit?: number; search?: string }) {
    const realm = await this.enrollable(actor, realmName)
    const limit = query.limit ?? 100
    const [after = ''] = query.cursor === undefined ? [] : readCursor(query.cursor, ['string'])
    const page = { after: String(after), limit: limit + 1, search: query.search }
    const rows = await store.listSubjects(this.#core.storage.db, realm.id, page)
    const nowMs = this.#core.services.clock.nowMs()
    return pageOfRows(
      rows,
      limit,
      (row) => [row.name],
      (row) => subjectView(row, realm, nowMs),
    )
  }

  async read(actor: Actor, { realm: realmName, subject }: SubjectPath): Promise<api.Subject> {
    const realm = await this.enrollable(actor, realmName)
    return this.#view(realm, canonicalName(subject))
  }

  /** Adds a subject without a secret. @throws {@link Failure} `subject_name_invalid`, `subject_name_taken` */
  async create(by: By, realmName: string, input: { name: string; email?: string; enabled?: boolean }) {
    const realm = await this.enrollable(by.actor, realmName)
    const name = checkedSubjectName(input.name)
    const email = checkedEmail(input.email ?? '')
    await this.#core.storage.transaction(async (tx) => {
      await this.#refuseTakenName(tx, realm, name)
      await this.#subjects.add(tx, realm, { name, email, isEnabled: input.enabled ?? true }, by)
    })
    return this.#view(realm, name)
  }

  /** Changes a subject; its secret stays as it is (T55). */
  async update(by: By, path: SubjectPath, input: { name?: string; email?: string; enabled?: boolean }) {
    const realm = await this.enrollable(by.actor, path.realm)
    const change = {
      ...(input.name === undefined ? {} : { name: checkedSubjectName(input.name) }),
      ...(input.email === undefined ? {} : { email: checkedEmail(input.email) }),
      ...(input.enabled === undefined ? {} : { isEnabled: input.enabled }),
    }
    const { name } = await this.#core.storage.transaction(async (tx) => {
      const subject = await this.#find(realm, path.subject, tx)
      if (change.name !== undefined) await this.#refuseTakenName(tx, realm, change.name, subject.id)
      return this.#subjects.change(tx, realm, subject, change, by)
    })
    return this.#view(realm, name)
  }

  async remove(by: By, path: SubjectPath): Promise<void> {
    const realm = await this.enrollable(by.actor, path.realm)
    await this.#core.storage.transaction(async (tx) => {
      await this.#subjects.remove(tx, realm, await this.#find(realm, path.subject, tx), by)
    })
  }

  /** Makes a new secret, pending beside the one in use. */
  async enrol(by: By, path: SubjectPath): Promise<api.Enrolment> {
    const realm = await this.enrollable(by.actor, path.realm)
    const secret = await this.#core.storage.transaction(async (tx) => {
      const subject = await this.#find(realm, path.subject, tx)
      return this.#subjects.enrolment.start(tx, realm, subject, { begins: { pendingForMs } }, by)
    })
    return this.shownAs(realm, path.subject, secret)
  }

  /** Shows the secret again, as far as the realm's readback allows (T56). */
  async readEnrolment(by: By, path: SubjectPath): Promise<api.Enrolment> {
    const realm = await this.enrollable(by.actor, path.realm)
    const subject = await this.#find(realm, path.subject)
    return this.shownAs(realm, path.subject, await this.#subjects.enrolment.show(realm, subject, by))
  }

  /** Drops the pending secret and calls an open link back. @throws {@link Failure} `enrolment_not_pending` */
  async cancelEnrolment(by: By, path: SubjectPath): Promise<void> {
    const realm = await this.enrollable(by.actor, path.realm)
    const isDropped = await this.#core.storage.transaction(async (tx) =>
      this.#subjects.enrolment.cancel(tx, realm, await this.#find(realm, path.subject, tx), by),
    )
    if (!isDropped) throw new Failure('enrolment_not_pending')
  }

  /** Confirms a pending secret; the clock's offset is told to whoever enrols only (T42). */
  async confirm(by: By, path: SubjectPath, code: string): Promise<api.Confirmation> {
    const realm = await this.enrollable(by.actor, path.realm)
    await this.#find(realm, path.subject)
    return this.#subjects.confirm(realm, canonicalName(path.subject), code, by)
  }

  /** Finds a drifted clock by two consecutive codes. */
  async resync(by: By, path: SubjectPath, codes: { firstCode: string; secondCode: string }) {
    const realm = await this.enrollable(by.actor, path.realm)
    const subject = await this.#find(realm, path.subject)
    const { accepted } = await this.#subjects.judge({
      realm: realm.name,
      subject: subject.name,
      code: codes.firstCode,
      secondCode: codes.secondCode,
      purpose: 'resync',
      source: addressSource(by.address),
      ...by,
    })
    return { accepted }
  }

  /** Clears failures, waits and the cap: administrators only (T27). */
  async lift(by: By, path: SubjectPath): Promise<void> {
    requireAdministrator(by.actor)
    const realm = await this.#realms.entry(path.realm)
    await this.#core.storage.transaction(async (tx) => {
      await this.#subjects.lift(tx, realm, await this.#find(realm, path.subject, tx), by)
    })
  }

  /** The realm, where the actor may enrol in it. A realm it may not touch looks like one that is not there. */
  async enrollable(actor: Actor, realmName: string): Promise<RealmEntry> {
    requireKnown(actor)
    if (!hasScope(actor, 'enrol', canonicalName(realmName))) throw new Failure('forbidden')
    return this.#realms.entry(realmName)
  }

  /** A subject of a path. @throws {@link Failure} `subject_not_found` */
  async subjectOf(realm: RealmEntry, name: string): Promise<SubjectRow> {
    return this.#find(realm, name)
  }

  /** A secret as the API shows it. */
  shownAs(realm: RealmEntry, subject: string, secret: ShownSecret): api.Enrolment {
    const serverTimeMs = this.#core.services.clock.nowMs()
    return enrolmentView(secret, { issuer: realm.issuerLabel, name: canonicalName(subject), serverTimeMs })
  }

  async #find(realm: RealmEntry, name: string, tx?: Tx): Promise<SubjectRow> {
    const subject = await this.#subjects.find(realm, canonicalName(name), tx)
    if (subject === null) throw new Failure('subject_not_found')
    return subject
  }

  async #view(realm: RealmEntry, name: string): Promise<api.Subject> {
    const row = await store.findListed(this.#core.storage.db, realm.id, name)
    if (row === undefined) throw new Failure('subject_not_found')
    return subjectView(row, realm, this.#core.services.clock.nowMs())
  }

  // The realm is held first: of two who ask at once for a name and its twin, one is to see the other's (T26).
  async #refuseTakenName(tx: Tx, realm: RealmEntry, name: string, exceptId = ''): Promise<void> {
    await store.holdRealm(tx, this.#core.storage.engine, realm.id)
    if (await store.isNameTaken(tx, realm.id, nameKey(name), exceptId))
      throw new Failure('subject_name_taken', { detail: { field: 'name' } })
  }
}
