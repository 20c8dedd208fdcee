import { randomBytes } from 'node:crypto'
import { Failure } from '../../errors/failure.ts'
import { completeAccount } from '../../otp/account.ts'
import { encodeBase32 } from '../../otp/base32.ts'
import { formatOtpauthUri } from '../../otp/otpauth-uri.ts'
import type { Core } from '../audit/core.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Tx } from '../database/storage.ts'
import { actorId } from '../http/actor.ts'
import { type By, subjectEvent } from './audited.ts'
import type { RealmEntry } from './directory.ts'
import type { CodeShape } from './policy.ts'
import { activePlace, pendingPlace, shapeOf } from './roster.ts'
import { endOpenLinks, findSubject, forgetSpentSteps, type SubjectRow, updateSubject } from './store.ts'

/** How long a new secret waits for its first code. */
export const pendingForMs = 15 * 60_000
/** The same for secrets made from a list, which have to be carried to their owners first. */
export const listedPendingForMs = 7 * 86_400_000
/** RFC 4226 R6 asks for 128 bits and recommends 160; longer hashes take as much as they give. */
const secretBytes = { SHA1: 20, SHA256: 32, SHA512: 64 } as const

/** A secret as whoever may see it is shown it. */
export interface ShownSecret {
  readonly secretBase32: string
  readonly otpauthUri: string
  readonly shape: CodeShape
  /** Null for an active secret. */
  readonly pendingUntilMs: number | null
}

/** How a secret begins. */
export interface SecretStart {
  /** `active` counts at once; otherwise the first code within so many milliseconds makes it count. */
  readonly begins: 'active' | { readonly pendingForMs: number }
  /** Given by an import; otherwise fresh random bytes. */
  readonly secret?: Uint8Array
  /** Given by an import; otherwise the realm's. Only for active secrets. */
  readonly shape?: CodeShape
  /** The name an authenticator shows, where it is not the subject's. */
  readonly label?: string
}

/** Enrolment: a subject's secrets, made, shown as far as the realm allows, and dropped. */
export class Enrolment {
  readonly #core: Core

  constructor(core: Core) {
    this.#core = core
  }

  /** Gives a subject a new secret in the caller's transaction; an active one stays until a pending one is confirmed. */
  async start(tx: Tx, realm: RealmEntry, subject: SubjectRow, start: SecretStart, by: By): Promise<ShownSecret> {
    const { keyRing, audit, services } = this.#core
    await keyRing.ready(realm.dataKeyId)
    const nowMs = services.clock.nowMs()
    const { secret, columns } = sealStart(keyRing, realm, subject.id, start, by, nowMs)
    if (!(await updateSubject(tx, subject.id, { ...columns, updated_at_ms: nowMs }))) {
      throw new Failure('subject_not_found')
    }
    if (start.begins === 'active') await forgetSpentSteps(tx, subject.id)
    await audit.append(tx, [enrolEvent(by, realm, subject, start)])
    const shape = start.shape ?? realm.policy
    return shown(realm, start.label ?? subject.name, secret, shape, columns.pending_until_ms ?? null)
  }

  /**
   * Shows a secret again, audited: in a `pending` realm to its maker while it waits for its first code, in an
   * `enrollers` realm to whoever may enrol.
   *
   * @throws {@link Failure} `enrolment_not_shown`
   */
  async show(realm: RealmEntry, subject: SubjectRow, by: By): Promise<ShownSecret> {
    const nowMs = this.#core.services.clock.nowMs()
    const isPending = subject.pending_secret !== null && (subject.pending_until_ms ?? 0) > nowMs
    const isReadable = realm.policy.readback === 'enrollers'
    const mayReadPending = isPending && (isReadable || subject.pending_by === actorId(by.actor))
    if (mayReadPending) return this.#open(realm, subject, 'pending', by)
    if (isReadable && subject.sealed_secret !== null) return this.#open(realm, subject, 'active', by)
    throw new Failure('enrolment_not_shown')
  }

  /** Drops the pending secret and calls open links back. False when there is neither. */
  async cancel(tx: Tx, realm: RealmEntry, { id, name }: SubjectRow, by: By): Promise<boolean> {
    const nowMs = this.#core.services.clock.nowMs()
    const links = await endOpenLinks(tx, id, nowMs)
    // Read after that: a link that was opened a moment ago has left its secret here.
    const subject = await findSubject(tx, realm.id, name)
    if (subject === undefined || (subject.pending_secret === null && links === 0)) return false
    const nothing = { pending_secret: null, pending_until_ms: null, pending_by: null }
    await updateSubject(tx, id, { ...nothing, updated_at_ms: nowMs })
    await this.#core.audit.append(tx, [subjectEvent(by, 'enrol_cancel', realm.id, subject)])
    return true
  }

  async #open(realm: RealmEntry, subject: SubjectRow, which: 'active' | 'pending', by: By): Promise<ShownSecret> {
    const { keyRing, storage, audit } = this.#core
    const isActive = which === 'active'
    const sealed = isActive ? subject.sealed_secret : subject.pending_secret
    if (sealed === null) throw new Failure('enrolment_not_shown')
    const place = isActive ? activePlace(subject.id) : pendingPlace(subject.id)
    await keyRing.readyFor(sealed, place)
    const secret = keyRing.open(sealed, place)
    await storage.transaction((tx) => audit.append(tx, [subjectEvent(by, 'readback', realm.id, subject, { which })]))
    const shape = isActive ? shapeOf(subject, realm.policy) : realm.policy
    return shown(realm, subject.name, secret, shape, isActive ? null : subject.pending_until_ms)
  }
}

/** A secret that begins, and the columns of its subject that hold it. The realm's key must be ready. */
export function sealStart(
  keyRing: Core['keyRing'],
  realm: RealmEntry,
  subjectId: string,
  { begins, secret: given, shape }: SecretStart,
  by: By,
  nowMs: number,
): { secret: Uint8Array; columns: Partial<SubjectRow> } {
  const secret = given ?? randomBytes(secretBytes[realm.policy.algorithm])
  const place = begins === 'active' ? activePlace(subjectId) : pendingPlace(subjectId)
  const sealed = keyRing.seal(realm.dataKeyId, secret, place)
  const columns =
    begins === 'active'
      ? activeColumns(sealed, shape ?? null, nowMs)
      : { pending_secret: sealed, pending_until_ms: nowMs + begins.pendingForMs, pending_by: actorId(by.actor) }
  return { secret, columns }
}

/** What the audit keeps of a secret that begins. */
export function enrolEvent(
  by: By,
  realm: Pick<RealmEntry, 'id'>,
  subject: Pick<SubjectRow, 'id' | 'name'>,
  { begins }: SecretStart,
): AuditEvent {
  return subjectEvent(by, 'enrol', realm.id, subject, { begins: begins === 'active' ? 'active' : 'pending' })
}

function activeColumns(sealed: Uint8Array, shape: CodeShape | null, nowMs: number): Partial<SubjectRow> {
  return {
    sealed_secret: sealed,
    algorithm: shape?.algorithm ?? null,
    digits: shape?.digits ?? null,
    period_seconds: shape?.periodSeconds ?? null,
    pending_secret: null,
    pending_until_ms: null,
    pending_by: null,
    enrolled_at_ms: nowMs,
  }
}

function shown(
  realm: RealmEntry,
  label: string,
  secret: Uint8Array,
  { algorithm, digits, periodSeconds }: CodeShape,
  pendingUntilMs: number | null,
): ShownSecret {
  const shape = { algorithm, digits, periodSeconds }
  const account = completeAccount({ secret, ...shape, issuer: realm.issuerLabel, name: label })
  return { secretBase32: encodeBase32(secret), otpauthUri: formatOtpauthUri(account), shape, pendingUntilMs }
}
