import type { Confirmation } from '../../../api/subjects.ts'
import type { LockoutRule } from '../../../api/realms.ts'
import type { KeyRing } from '../../../crypto/key-ring.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { Actor } from '../../http/actor.ts'
import type { By } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { pendingForMs, type SecretStart } from '../../subjects/enrol.ts'
import type { Consequence } from '../../subjects/judge.ts'
import { type GuessState, isCapped } from '../../subjects/lockout.ts'
import { makeSourceKnown } from '../../subjects/known-source.ts'
import { peopleRealm } from '../../subjects/reserved.ts'
import { addressSource, deviceSource } from '../../subjects/source.ts'
import type { Subjects } from '../../subjects/subjects.ts'
import type { Judged } from '../../subjects/verdict.ts'
import { activeCodes, guessesOf } from './factor-store.ts'

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
  /** Judges the pending secret alone and makes it the active one, with what follows from that in one transaction. */
  confirm(
    typed: Omit<TypedCode, 'personId' | 'device'> & { readonly personId: string },
    consequence: Consequence,
  ): Promise<Confirmation>
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

/** The codes of people, and the realm they are in. */
interface Room extends PersonCodesParts {
  readonly realmId: string
  /** Asked for each time: its data key is rotated, and its lockout rule changed, while the server runs. */
  readonly realm: (tx?: Tx) => Promise<RealmEntry>
}

/** Opens the codes of people, making their realm at the first start. */
export async function openPersonCodes(parts: PersonCodesParts): Promise<PersonCodes> {
  const { subjects } = parts
  const wish = { name: peopleRealm, issuerLabel: 'Watchword', origin: door }
  const { id: realmId } = await subjects.ensureRealm(wish, system)
  const realm = async (tx?: Tx) => {
    const found = await (tx === undefined ? subjects.realm(peopleRealm) : subjects.realmIn(tx, peopleRealm))
    if (found === null) throw new Failure('realm_not_found')
    return found
  }
  const room: Room = { ...parts, realmId, realm }
  return { ...judging(room), ...secrets(room), ...changes(room), ...standing(room) }
}

function judging({ subjects, realm }: Room): Pick<PersonCodes, 'verify' | 'confirm'> {
  return {
    verify: async ({ personId, code, actor, address, device }) => {
      const subject = personId ?? nobody
      const source = device === undefined ? addressSource(address) : deviceSource(device)
      const who = { actor, address, door }
      const judged = await subjects.judge({ realm: peopleRealm, subject, code, purpose: 'verify', source, ...who })
      return { accepted: judged.accepted, isLocked: isLocked(judged) }
    },
    confirm: async ({ personId, code, actor, address }, consequence) =>
      subjects.confirm(await realm(), personId, code, { actor, address, door }, consequence),
  }
}

function secrets(room: Room): Pick<PersonCodes, 'begin' | 'install'> {
  const { drawQrSvg } = room
  return {
    begin: async (tx, person, actor) => {
      const { otpauthUri, secretBase32, pendingUntilMs } = await startSecret(
        room,
        tx,
        person,
        { begins: { pendingForMs } },
        actor,
      )
      return { otpauthUri, secretBase32, qrSvg: drawQrSvg(otpauthUri), pendingUntilMs: pendingUntilMs ?? 0 }
    },
    install: async (tx, person, actor, imported = {}) => {
      const { otpauthUri, secretBase32 } = await startSecret(room, tx, person, { begins: 'active', ...imported }, actor)
      return { otpauthUri, secretBase32, qrSvg: drawQrSvg(otpauthUri) }
    },
  }
}

/** What is done to the subject of a person, where there is one. */
function changes({ subjects, keyRing, realmId }: Room): Pick<PersonCodes, 'meetDevice' | 'remove' | 'lift'> {
  const subjectOf = (tx: Tx, personId: string) => subjects.find({ id: realmId }, personId, tx)
  return {
    meetDevice: async (tx, personId, device, nowMs) => {
      const subject = await subjectOf(tx, personId)
      if (subject === null) return
      await makeSourceKnown(tx, keyRing, { subjectId: subject.id, source: deviceSource(device), nowMs })
    },
    remove: async (tx, personId, actor) => {
      const subject = await subjectOf(tx, personId)
      if (subject !== null) await subjects.remove(tx, { id: realmId }, subject, byActor(actor))
    },
    lift: async (tx, personId, actor) => {
      const subject = await subjectOf(tx, personId)
      if (subject !== null) await subjects.lift(tx, { id: realmId }, subject, byActor(actor))
    },
  }
}

/** How the codes of people stand. */
function standing({ db, realmId, realm }: Room): Pick<PersonCodes, 'isLockedSince' | 'locked' | 'active'> {
  return {
    isLockedSince: async (personId, sinceMs) => {
      const guesses = (await guessesOf(db, realmId, [personId])).get(personId)
      if (guesses === undefined) return false
      const { cap } = (await realm()).policy.lockout
      return guesses.unknownFailures >= cap || guesses.unknownWaitUntilMs > sinceMs
    },
    locked: async (personIds, nowMs) => {
      const rule = (await realm()).policy.lockout
      const guesses = [...(await guessesOf(db, realmId, personIds))]
      return new Set(guesses.filter(([, state]) => mayBeLocked(state, rule, nowMs)).map(([personId]) => personId))
    },
    active: async (personIds) => new Set(await activeCodes(db, realmId, personIds)),
  }
}

function byActor(actor: Actor): By {
  return { actor, address: actor.address, door }
}

async function startSecret(
  { subjects, realm }: Room,
  tx: Tx,
  person: { id: string; username: string },
  secret: SecretStart,
  actor: Actor,
) {
  const ours = await realm(tx)
  const by = byActor(actor)
  const subject = (await subjects.find(ours, person.id, tx)) ?? (await subjects.add(tx, ours, { name: person.id }, by))
  return subjects.enrolment.start(tx, ours, subject, { ...secret, label: person.username }, by)
}

function isLocked(judged: Judged): boolean {
  return !judged.accepted && judged.reason === 'locked'
}

// Known sources have budgets of their own; below one of them in all, none of them can be spent.
function mayBeLocked(guesses: GuessState, rule: LockoutRule, nowMs: number): boolean {
  return isCapped(guesses, rule) || guesses.unknownWaitUntilMs > nowMs || guesses.knownFailures >= rule.knownPerWindow
}
