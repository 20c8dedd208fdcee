import { Failure } from '../../errors/failure.ts'
import type { Confirmation } from '../../api/subjects.ts'
import type { Core } from '../audit/core.ts'
import { isDuplicate } from '../database/conflict.ts'
import { asHotTx } from '../database/sql.ts'
import type { Tx } from '../database/storage.ts'
import { type By, subjectEvent } from './audited.ts'
import { inheritedLockout, realmEntry, RealmDirectory, type RealmEntry } from './directory.ts'
import { enrolEvent, Enrolment, sealStart } from './enrol.ts'
import { forgetOutdated } from './housekeeping.ts'
import { clockOffset } from './matching.ts'
import { addressSource } from './source.ts'
import { type Consequence, Judge, type JudgeRequest, repeatedForMs } from './judge.ts'
import { knownForMs } from './lockout.ts'
import { makeRealm, type NewRealm } from './make-realm.ts'
import { insertSubjects, type Newcomer, newRow, type NewSubject } from './newcomers.ts'
import { nameKey } from './names.ts'
import { nextNumbers } from './numbers.ts'
import { Roster, rosterKey } from './roster.ts'
import * as store from './store.ts'
import type { SubjectRow } from './store.ts'
import type { Judged } from './verdict.ts'

const pruneEveryMs = 10 * 60_000

/**
 * Everyone whose codes we judge, of all realms and doors.
 *
 * ```ts
 * const realm = await subjects.ensureRealm({ name: 'people', origin: 'login' }, by)
 * await storage.transaction(async (tx) => {
 *   const subject = await subjects.add(tx, realm, { name: person.id }, by)
 *   const secret = await subjects.enrolment.start(tx, realm, subject, { begins: { pendingForMs } }, by)
 * })
 * const verdict = await subjects.judge({ realm: 'people', subject: person.id, code, purpose: 'verify', source, … })
 * ```
 *
 * Everything that changes something takes the caller's transaction and writes its own audit records into it. Rights
 * are the caller's affair, and so are the names of realms that its door may not touch (`isReserved`).
 */
export class Subjects {
  readonly enrolment: Enrolment
  readonly #core: Core
  readonly #directory: RealmDirectory
  readonly #roster: Roster
  readonly #judge: Judge
  readonly #pruning: NodeJS.Timeout

  /** Use {@link createSubjects}. */
  constructor(core: Core) {
    this.#core = core
    this.#directory = new RealmDirectory(core.storage, core.keyRing)
    this.#roster = new Roster(core.storage, core.keyRing)
    this.#judge = new Judge(core, this.#directory, this.#roster)
    this.enrolment = new Enrolment(core)
    this.#pruning = setInterval(() => void this.#prune(), pruneEveryMs)
    this.#pruning.unref()
  }

  /** Judges one code: see {@link Judge.judge}. */
  judge(request: JudgeRequest): Promise<Judged> {
    return this.#judge.judge(request)
  }

  /** Judges one code only if another one is accepted: see {@link Judge.judgeBehind}. */
  judgeBehind(gate: JudgeRequest, request: JudgeRequest): Promise<[Judged, Judged | null]> {
    return this.#judge.judgeBehind(gate, request)
  }

  /**
   * Confirms a pending secret by its first code, and tells how far the clock behind a wrong one is off.
   *
   * Only for whoever enrols: to a guesser the offset would multiply the guesses (T42).
   *
   * @param consequence - what follows from a right code, in the transaction that makes the secret count
   */
  async confirm(
    realm: RealmEntry,
    name: string,
    code: string,
    by: By,
    consequence?: Consequence,
  ): Promise<Confirmation> {
    const source = addressSource(by.address)
    const request = { realm: realm.name, subject: name, code, purpose: 'confirm', source, ...by } as const
    const judged = await (consequence === undefined ? this.judge(request) : this.#judge.judgeWith(consequence, request))
    const serverTimeMs = this.#core.services.clock.nowMs()
    if (judged.accepted) return { confirmed: true, serverTimeMs }
    const entry = (await this.#roster.load(realm, [name])).get(name)
    const isWaiting = entry?.pending != null && (entry.pendingUntilMs ?? 0) > serverTimeMs
    if (judged.reason === 'locked' || !isWaiting) {
      const reason = judged.reason === 'locked' ? 'locked' : judged.reason === 'replayed' ? 'replayed' : 'expired'
      return { confirmed: false, reason, serverTimeMs }
    }
    const offset = entry.pending === null ? null : clockOffset(entry.pending, code, serverTimeMs)
    return { confirmed: false, reason: 'wrong', serverTimeMs, ...(offset === null ? {} : { clockOffsetSteps: offset }) }
  }

  /** The realm of exactly this name, null when there is none. */
  realm(name: string): Promise<RealmEntry | null> {
    return this.#directory.find(name)
  }

  /** The same at once, where it is in memory; undefined when {@link realm} has to be asked. */
  recallRealm(name: string): RealmEntry | null | undefined {
    return this.#directory.recall(name)
  }

  /** The realm as a transaction sees it, which may just have made it. */
  async realmIn(tx: Tx, name: string): Promise<RealmEntry | null> {
    const row = await store.findRealmByName(tx, name)
    return row === undefined ? null : realmEntry(row, await inheritedLockout(this.#core.storage, row.origin))
  }

  /** The realm of this name, made if it is missing. */
  async ensureRealm(realm: NewRealm, by: By): Promise<RealmEntry> {
    const known = await this.#directory.find(realm.name)
    if (known !== null) return known
    try {
      const row = await this.#core.storage.transaction(
        async (tx) => (await store.findRealmByName(tx, realm.name)) ?? (await makeRealm(this.#core, tx, realm, by)),
      )
      return realmEntry(row, await inheritedLockout(this.#core.storage, row.origin))
    } catch (error) {
      // Another server made it in between.
      const made = isDuplicate(error) ? await this.#directory.find(realm.name) : null
      if (made === null) throw error
      return made
    }
  }

  /** Makes a realm in the caller's transaction. */
  async makeRealm(tx: Tx, realm: NewRealm, by: By): Promise<RealmEntry> {
    const row = await makeRealm(this.#core, tx, realm, by)
    return realmEntry(row, await inheritedLockout(this.#core.storage, row.origin))
  }

  /** A subject by its exact name. */
  async find(realm: Pick<RealmEntry, 'id'>, name: string, tx?: Tx): Promise<SubjectRow | null> {
    return (await store.findSubject(tx ?? this.#core.storage.db, realm.id, name)) ?? null
  }

  /** Adds a subject without a secret. @throws {@link Failure} `subject_name_taken` */
  async add(tx: Tx, realm: RealmEntry, subject: NewSubject, by: By): Promise<SubjectRow> {
    if ((await store.findSubject(tx, realm.id, subject.name)) !== undefined) throw new Failure('subject_name_taken')
    const nowMs = this.#core.services.clock.nowMs()
    const row = newRow(realm, subject, subject.number ?? (await nextNumbers(tx, realm, 1, nowMs)), nowMs)
    await this.#orTaken(() => store.insertSubject(tx, row))
    await this.#core.audit.append(tx, [subjectEvent(by, 'create', realm.id, row)])
    await this.#tellName(tx, realm, row.name)
    return row
  }

  /**
   * Adds many subjects, each with its secret, as {@link Subjects.add} and {@link Enrolment.start} would one after the
   * other, in a few statements.
   *
   * @throws {@link Failure} `subject_name_taken` when one of the names is; nobody is added then
   */
  async addMany(tx: Tx, realm: RealmEntry, newcomers: readonly Newcomer[], by: By): Promise<void> {
    const { keyRing, storage, audit, services } = this.#core
    await keyRing.ready(realm.dataKeyId)
    const nowMs = services.clock.nowMs()
    const unnumbered = newcomers.filter(({ subject }) => subject.number === undefined).length
    let next = unnumbered === 0 ? 0 : await nextNumbers(tx, realm, unnumbered, nowMs)
    const rows = newcomers.map(({ subject, start }): SubjectRow => {
      const row = newRow(realm, subject, subject.number ?? next++, nowMs)
      return { ...row, ...sealStart(keyRing, realm, row.id, start, by, nowMs).columns }
    })
    await this.#orTaken(() => insertSubjects(asHotTx(tx, storage.engine), rows))
    const events = newcomers.flatMap(({ start }, index) => {
      const row = rows[index]
      return row === undefined ? [] : [subjectEvent(by, 'create', realm.id, row), enrolEvent(by, realm, row, start)]
    })
    await audit.append(tx, events)
    const changes = rows.map(({ name }) => ({ kind: 'subject', objectId: rosterKey(realm.id, name) }))
    await storage.recordChanges(tx, changes)
  }

  /** Changes name, mail address or whether a subject is enabled. Disabling calls its open enrolment links back. */
  async change(
    tx: Tx,
    realm: RealmEntry,
    subject: SubjectRow,
    change: { name?: string; email?: string; isEnabled?: boolean },
    by: By,
  ): Promise<SubjectRow> {
    const { name = subject.name, email, isEnabled = subject.enabled === 1 } = change
    // Only what is to change: what others write to the same record at this moment stays (T101).
    const updated = {
      ...(change.name === undefined ? {} : { name, name_key: nameKey(name) }),
      ...(email === undefined ? {} : { email }),
      ...(change.isEnabled === undefined ? {} : { enabled: isEnabled ? 1 : 0 }),
      updated_at_ms: this.#core.services.clock.nowMs(),
    }
    if (change.isEnabled === false) await store.endOpenLinks(tx, subject.id, updated.updated_at_ms)
    const isThere = await this.#orTaken(() => store.updateSubject(tx, subject.id, updated))
    if (!isThere) throw new Failure('subject_not_found')
    const detail = { enabled: isEnabled, ...(name === subject.name ? {} : { renamed: true }) }
    await this.#core.audit.append(tx, [subjectEvent(by, 'update', realm.id, { id: subject.id, name }, detail)])
    await this.#tellName(tx, realm, subject.name)
    if (name !== subject.name) await this.#tellName(tx, realm, name)
    return { ...subject, ...updated }
  }

  /** Removes a subject with its secrets and failures. */
  async remove(tx: Tx, realm: Pick<RealmEntry, 'id'>, subject: SubjectRow, by: By): Promise<void> {
    if (!(await store.deleteSubject(tx, subject.id))) throw new Failure('subject_not_found')
    await this.#core.audit.append(tx, [subjectEvent(by, 'delete', realm.id, subject)])
    await this.#tellName(tx, realm, subject.name)
  }

  /** Clears a subject's failures, waits and cap: an administrator's lift (T27). */
  async lift(tx: Tx, realm: Pick<RealmEntry, 'id'>, subject: SubjectRow, by: By): Promise<void> {
    if (!(await store.liftGuesses(tx, subject.id))) throw new Failure('subject_not_found')
    await this.#core.audit.append(tx, [subjectEvent(by, 'lift', realm.id, subject)])
  }

  /** Stops the housekeeping. */
  close(): void {
    clearInterval(this.#pruning)
  }

  // Two who take one name at once pass the look-up before it; the unique index settles it.
  async #orTaken<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (error) {
      throw isDuplicate(error) ? new Failure('subject_name_taken', { cause: error }) : error
    }
  }

  async #tellName(tx: Tx, realm: Pick<RealmEntry, 'id'>, name: string): Promise<void> {
    await this.#core.storage.recordChange(tx, { kind: 'subject', objectId: rosterKey(realm.id, name) })
  }

  async #prune(): Promise<void> {
    const nowMs = this.#core.services.clock.nowMs()
    const before = { sourcesMs: nowMs - knownForMs, memosMs: nowMs - repeatedForMs, linksMs: nowMs - pruneEveryMs }
    try {
      await forgetOutdated(this.#core.storage, before)
    } catch (error) {
      this.#core.services.log.warn({ err: error }, 'old sources could not be removed; the next round tries again')
    }
  }
}

/** Opens the subjects of a database. `close()` ends its housekeeping. */
export function createSubjects(core: Core): Subjects {
  return new Subjects(core)
}
