import type { Confirmation, LockoutRule } from '../../../api/realms.ts'
import type { KeyRing } from '../../../crypto/key-ring.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { Actor } from '../../http/actor.ts'
import type { By } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { pendingForMs, type SecretStart } from '../../subjects/enrol.ts'
import { type GuessState, isCapped } from '../../subjects/lockout.ts'
import { makeSourceKnown } from '../../subjects/known-source.ts'
import { peopleRealm } from '../../subjects/reserved.ts'
import { addressSource, deviceSource } from '../../subjects/source.ts'
import { stateOf } from '../../subjects/state-row.ts'
import type { Subjects } from '../../subjects/subjects.ts'
import type { Judged } from '../../subjects/verdict.ts'

/** A code someone typed at a login or a re-proof. */
export interface TypedCode {
  /** Null costs as much as a person and is never right. */
  readonly personId: string | null
  readonly code: string
  readonly actor: Actor
  readonly address: string
  /** A device this person logged in from before: its own budget counts instead of the address's (law 5). */
  readonly device?: string | undefined
}

/** What a new authenticator needs, told once. */
export interface NewCode {
  readonly otpauthUri: string
  readonly secretBase32: string
  readonly qrSvg: string
  readonly pendingUntilMs: number
}

/** The answer to a typed code. */
export interface CodeVerdict {
  readonly accepted: boolean
  readonly isLocked: boolean
}

/**
 * Local people's own codes: subjects of the reserved realm `people`, judged by the one judge. A subject's name is the
 * person's id.
 */
export interface PersonCodes {
  verify(typed: TypedCode): Promise<CodeVerdict>
  /** Judges the pending secret alone and makes it the active one. */
  confirm(typed: Omit<TypedCode, 'personId' | 'device'> & { readonly personId: string }): Promise<Confirmation>
  /** Makes a new secret, pending beside one that is there. */
  begin(tx: Tx, person: { id: string; username: string }, actor: Actor): Promise<NewCode>
  /** Takes in a secret that counts at once: at `init`, which cannot wait for a first code. */
  install(
    tx: Tx,
    person: { id: string; username: string },
    actor: Actor,
    imported?: Pick<SecretStart, 'secret' | 'shape'>,
  ): Promise<Omit<NewCode, 'pendingUntilMs'>>
  /** Makes a device known from the login that just succeeded there. */
  meetDevice(tx: Tx, personId: string, device: string, nowMs: number): Promise<void>
  /** Forgets a person's secret, in the transaction that resets or deletes them. */
  remove(tx: Tx, personId: string, actor: Actor): Promise<void>
  /** Lifts the lock of guesses. */
  lift(tx: Tx, personId: string, actor: Actor): Promise<void>
  /** Whether a lock of guesses fell since a moment: it ends whatever began before, also once it is waited out (T31). */
  isLockedSince(personId: string, sinceMs: number): Promise<boolean>
  /** Which of these people's codes wait or are locked, or may be for one of their known sources: a lift helps. */
  locked(personIds: readonly string[], nowMs: number): Promise<ReadonlySet<string>>
  /** Which of these people have an active code. */
  active(personIds: readonly string[]): Promise<ReadonlySet<string>>
}

/** What the codes of people are made from. */
export interface PersonCodesParts {
  readonly db: Queryable
  readonly subjects: Subjects
  readonly keyRing: KeyRing<Tx>
  /** Draws a URI as an SVG element. */
  readonly drawQrSvg: (text: string) => string
}

/** Nobody's name: judged at the price of a person, never right. */
const nobody = 'nobody'
const door = 'login'
const system: By = { actor: { kind: 'operator', name: 'server', address: '' }, address: '', door }

/** Opens the codes of people, making their realm at the first start. */
export async function openPersonCodes({ db, subjects, keyRing, drawQrSvg }: PersonCodesParts): Promise<PersonCodes> {
  const { id: realmId } = await subjects.ensureRealm(
    { name: peopleRealm, issuerLabel: 'Watchword', origin: door },
    system,
  )
  // Asked for each time: its data key is rotated, and its lockout rule changed, while the server runs.
  const ours = async (tx?: Tx) => {
    const realm = await (tx === undefined ? subjects.realm(peopleRealm) : subjects.realmIn(tx, peopleRealm))
    if (realm === null) throw new Failure('realm_not_found')
    return realm
  }
  const verify = async ({ personId, code, actor, address, device }: TypedCode): Promise<CodeVerdict> => {
    const subject = personId ?? nobody
    const source = device === undefined ? addressSource(address) : deviceSource(device)
    const who = { actor, address, door }
    const judged = await subjects.judge({ realm: peopleRealm, subject, code, purpose: 'verify', source, ...who })
    return { accepted: judged.accepted, isLocked: isLocked(judged) }
  }
  const start = async (tx: Tx, person: { id: string; username: string }, secret: SecretStart, actor: Actor) =>
    startSecret(
      subjects,
      await ours(tx),
      tx,
      person,
      { ...secret, label: person.username },
      { actor, address: actor.address, door },
    )
  const subjectOf = (tx: Tx, personId: string) => subjects.find({ id: realmId }, personId, tx)
  return {
    verify,
    confirm: async ({ personId, code, actor, address }) =>
      subjects.confirm(await ours(), personId, code, { actor, address, door }),
    begin: async (tx, person, actor) => {
      const { otpauthUri, secretBase32, pendingUntilMs } = await start(tx, person, { begins: { pendingForMs } }, actor)
      return { otpauthUri, secretBase32, qrSvg: drawQrSvg(otpauthUri), pendingUntilMs: pendingUntilMs ?? 0 }
    },
    install: async (tx, person, actor, imported = {}) => {
      const { otpauthUri, secretBase32 } = await start(tx, person, { begins: 'active', ...imported }, actor)
      return { otpauthUri, secretBase32, qrSvg: drawQrSvg(otpauthUri) }
    },
    meetDevice: async (tx, personId, device, nowMs) => {
      const subject = await subjectOf(tx, personId)
      if (subject === null) return
      await makeSourceKnown(tx, keyRing, { subjectId: subject.id, source: deviceSource(device), nowMs })
    },
    remove: async (tx, personId, actor) => {
      const subject = await subjectOf(tx, personId)
      if (subject !== null) await subjects.remove(tx, { id: realmId }, subject, { actor, address: actor.address, door })
    },
    lift: async (tx, personId, actor) => {
      const subject = await subjectOf(tx, personId)
      if (subject !== null) await subjects.lift(tx, { id: realmId }, subject, { actor, address: actor.address, door })
    },
    isLockedSince: async (personId, sinceMs) => {
      const guesses = await guessesOf(db, realmId, personId)
      if (guesses === null) return false
      const { cap } = (await ours()).policy.lockout
      return guesses.unknownFailures >= cap || guesses.unknownWaitUntilMs > sinceMs
    },
    locked: async (personIds, nowMs) =>
      lockedSubjects(db, realmId, personIds, { nowMs, rule: (await ours()).policy.lockout }),
    active: (personIds) => activeSubjects(db, realmId, personIds),
  }
}

async function startSecret(
  subjects: Subjects,
  realm: RealmEntry,
  tx: Tx,
  person: { id: string },
  secret: SecretStart,
  by: By,
) {
  const subject =
    (await subjects.find(realm, person.id, tx)) ?? (await subjects.add(tx, realm, { name: person.id }, by))
  return subjects.enrolment.start(tx, realm, subject, secret, by)
}

function isLocked(judged: Judged): boolean {
  return !judged.accepted && judged.reason === 'locked'
}

async function activeSubjects(db: Queryable, realmId: string, personIds: readonly string[]): Promise<Set<string>> {
  if (personIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('subject')
    .select('name')
    .where('realm_id', '=', realmId)
    .where('name', 'in', personIds)
    .where('sealed_secret', 'is not', null)
    .execute()
  return new Set(rows.map((row) => row.name))
}

async function lockedSubjects(
  db: Queryable,
  realmId: string,
  personIds: readonly string[],
  { nowMs, rule }: { readonly nowMs: number; readonly rule: LockoutRule },
): Promise<Set<string>> {
  if (personIds.length === 0) return new Set()
  const rows = await db
    .selectFrom('subject_state')
    .innerJoin('subject', 'subject.id', 'subject_state.subject_id')
    .selectAll('subject_state')
    .select('subject.name')
    .where('subject.realm_id', '=', realmId)
    .where('subject.name', 'in', personIds)
    .execute()
  return new Set(rows.filter((row) => mayBeLocked(stateOf(row).guesses, rule, nowMs)).map((row) => row.name))
}

// Known sources have budgets of their own; below one of them in all, none of them can be spent.
function mayBeLocked(guesses: GuessState, rule: LockoutRule, nowMs: number): boolean {
  return isCapped(guesses, rule) || guesses.unknownWaitUntilMs > nowMs || guesses.knownFailures >= rule.knownPerWindow
}

async function guessesOf(db: Queryable, realmId: string, personId: string): Promise<GuessState | null> {
  const row = await db
    .selectFrom('subject_state')
    .innerJoin('subject', 'subject.id', 'subject_state.subject_id')
    .selectAll('subject_state')
    .where('subject.realm_id', '=', realmId)
    .where('subject.name', '=', personId)
    .executeTakeFirst()
  return row === undefined ? null : stateOf(row).guesses
}
