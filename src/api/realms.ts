import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageLimit, pageOf, pageQuery, Ref, Remark, TimeMs } from './endpoint.ts'

export const Algorithm = oneOf(['SHA1', 'SHA256', 'SHA512'])
export const Replay = oneOf(['rising', 'once', 'reuse'])
export const Readback = oneOf(['pending', 'enrollers'])

/** How many guesses a realm's subjects survive (law 5). */
export const LockoutRule = exactly({
  /** Failures of unknown sources in one step before that step is closed to them. */
  unknownPerStep: Type.Integer({ minimum: 1, maximum: 255 }),
  /** Failures of unknown sources after which each further one doubles the wait. */
  unknownBeforeWaits: Type.Integer({ minimum: 1, maximum: 100 }),
  /** Failures since the last lift after which only a lift helps; NIST SP 800-63B caps it at 100. */
  cap: Type.Integer({ minimum: 1, maximum: 100 }),
  /** Failures a known source has within `knownWindowMs`. */
  knownPerWindow: Type.Integer({ minimum: 1, maximum: 100 }),
  knownWindowMs: Type.Integer({ minimum: 1000, maximum: 86_400_000 }),
})
export type LockoutRule = Static<typeof LockoutRule>

/** Chance that guessing succeeds under a policy, for the console (security-tests section 3). */
export const GuessFigures = Type.Object({
  acceptedCodes: Type.Integer(),
  perDay: Type.Number(),
  untilCap: Type.Number(),
})

const policy = {
  issuerLabel: Type.String({ minLength: 1, maxLength: 128 }),
  contact: Type.String({ maxLength: 255 }),
  algorithm: Algorithm,
  digits: Type.Integer({ minimum: 6, maximum: 8 }),
  periodSeconds: Type.Integer({ minimum: 15, maximum: 120 }),
  windowBack: Type.Integer({ minimum: 0, maximum: 10 }),
  windowForward: Type.Integer({ minimum: 0, maximum: 10 }),
  replay: Replay,
  readback: Readback,
  lockout: orNull(LockoutRule),
  enabled: Type.Boolean(),
}

export const Realm = Type.Object({
  id: Type.String(),
  name: Type.String(),
  ...policy,
  digits: Type.Integer(),
  effectiveLockout: LockoutRule,
  guess: GuessFigures,
  origin: Type.String(),
  subjectCount: Type.Integer(),
  createdAtMs: TimeMs,
  updatedAtMs: TimeMs,
})
export type Realm = Static<typeof Realm>

export const RealmName = Type.String({ minLength: 1, maxLength: 128 })
export const RealmCreate = exactly({ name: RealmName, ...Type.Partial(Type.Object(policy)).properties })
export const RealmUpdate = exactly({ name: Type.Optional(RealmName), ...Type.Partial(Type.Object(policy)).properties })

export const SubjectStatus = oneOf(['none', 'pending', 'active'])
export const Subject = Type.Object({
  id: Type.String(),
  realm: Type.String(),
  name: Type.String(),
  email: Type.String(),
  enabled: Type.Boolean(),
  enrolment: SubjectStatus,
  pendingUntilMs: orNull(TimeMs),
  locked: Type.Boolean(),
  capped: Type.Boolean(),
  failures: Type.Integer(),
  waitUntilMs: orNull(TimeMs),
  lastVerifiedAtMs: orNull(TimeMs),
  createdAtMs: TimeMs,
  updatedAtMs: TimeMs,
})
export type Subject = Static<typeof Subject>

export const SubjectCreate = exactly({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  email: Type.Optional(Type.String({ maxLength: 255 })),
  enabled: Type.Optional(Type.Boolean()),
})
export const SubjectUpdate = exactly({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  email: Type.Optional(Type.String({ maxLength: 255 })),
  enabled: Type.Optional(Type.Boolean()),
})

/** A fresh secret, shown as far as the realm's `readback` allows. */
export const Enrolment = Type.Object({
  otpauthUri: Type.String(),
  secretBase32: Type.String(),
  issuer: Type.String(),
  name: Type.String(),
  algorithm: Algorithm,
  digits: Type.Integer(),
  periodSeconds: Type.Integer(),
  pendingUntilMs: orNull(TimeMs),
  serverTimeMs: TimeMs,
})
export type Enrolment = Static<typeof Enrolment>

export const Verify = exactly({
  code: Type.String({ minLength: 1, maxLength: 64 }),
  source: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'Who is typing, as the caller knows it' }),
  ),
})
export type Verify = Static<typeof Verify>
export const VerdictReason = oneOf(['wrong', 'replayed', 'locked', 'disabled', 'pending', 'unknown'])
export const Verdict = Type.Union([
  Type.Object({ accepted: Type.Literal(true), step: Type.Integer() }),
  Type.Object({ accepted: Type.Literal(false), reason: VerdictReason, waitUntilMs: Type.Optional(TimeMs) }),
])
export type Verdict = Static<typeof Verdict>

export const Resync = exactly({
  firstCode: Type.String({ minLength: 4, maxLength: 64 }),
  secondCode: Type.String({ minLength: 4, maxLength: 64 }),
})
/** What became of a first code; the offset of the clock is told to whoever enrols, never to a guesser. */
export const Confirmation = Type.Object({
  confirmed: Type.Boolean(),
  reason: Type.Optional(oneOf(['wrong', 'expired', 'replayed', 'locked'])),
  clockOffsetSteps: Type.Optional(Type.Integer()),
  serverTimeMs: TimeMs,
})
export type Confirmation = Static<typeof Confirmation>

/** What the end user is shown once, behind a one-time link. */
export const OpenedEnrolment = Type.Object({ ...Enrolment.properties, qrSvg: Type.String() })
export type OpenedEnrolment = Static<typeof OpenedEnrolment>

/** `/enrol#TOKEN` of the console: what stands behind the # never reaches a server's log. */
export const EnrolmentLink = Type.Object({ url: Type.String(), expiresAtMs: TimeMs })
export type EnrolmentLink = Static<typeof EnrolmentLink>

/** What became of one row of a bulk enrolment. */
export const BulkRow = Type.Object({
  line: Type.Integer(),
  name: Type.String(),
  result: oneOf(['created', 'duplicate', 'refused']),
  reason: Type.Optional(Remark),
})
export type BulkRow = Static<typeof BulkRow>
export const BulkJob = Type.Object({
  id: Type.String(),
  realm: Type.String(),
  state: oneOf(['running', 'done', 'failed', 'cancelled']),
  total: Type.Integer(),
  done: Type.Integer(),
  created: Type.Integer(),
  duplicates: Type.Integer(),
  refused: Type.Integer(),
  createdAtMs: TimeMs,
})
export type BulkJob = Static<typeof BulkJob>

const realmParams = Type.Object({ realm: Ref })
const subjectParams = Type.Object({ realm: Ref, subject: Ref })
const realms = { tag: 'Realms', right: 'administrator' } as const
const subjects = { tag: 'Subjects', right: 'enroller' } as const

export const listRealms = endpoint(
  'listRealms',
  {
    method: 'GET',
    path: '/v1/realms',
    summary: 'List realms',
    ...realms,
    right: 'known',
  },
  { query: exactly({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }), answer: pageOf(Realm) },
)
export const createRealm = endpoint(
  'createRealm',
  { method: 'POST', path: '/v1/realms', summary: 'Create a realm', status: 201, ...realms },
  { body: RealmCreate, answer: Realm },
)
export const readRealm = endpoint(
  'readRealm',
  { method: 'GET', path: '/v1/realms/{realm}', summary: 'Read a realm', ...realms, right: 'realmReader' },
  { params: realmParams, answer: Realm },
)
export const updateRealm = endpoint(
  'updateRealm',
  { method: 'PATCH', path: '/v1/realms/{realm}', summary: 'Change a realm', ...realms },
  { params: realmParams, body: RealmUpdate, answer: Realm },
)
export const deleteRealm = endpoint(
  'deleteRealm',
  { method: 'DELETE', path: '/v1/realms/{realm}', summary: 'Delete a realm and its subjects', ...realms },
  { params: realmParams },
)
export const listSubjects = endpoint(
  'listSubjects',
  { method: 'GET', path: '/v1/realms/{realm}/subjects', summary: 'List subjects', ...subjects },
  {
    params: realmParams,
    query: exactly({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }),
    answer: pageOf(Subject),
  },
)
export const createSubject = endpoint(
  'createSubject',
  { method: 'POST', path: '/v1/realms/{realm}/subjects', summary: 'Create a subject', status: 201, ...subjects },
  { params: realmParams, body: SubjectCreate, answer: Subject },
)
export const readSubject = endpoint(
  'readSubject',
  { method: 'GET', path: '/v1/realms/{realm}/subjects/{subject}', summary: 'Read a subject', ...subjects },
  { params: subjectParams, answer: Subject },
)
export const updateSubject = endpoint(
  'updateSubject',
  { method: 'PATCH', path: '/v1/realms/{realm}/subjects/{subject}', summary: 'Change a subject', ...subjects },
  { params: subjectParams, body: SubjectUpdate, answer: Subject },
)
export const deleteSubject = endpoint(
  'deleteSubject',
  { method: 'DELETE', path: '/v1/realms/{realm}/subjects/{subject}', summary: 'Delete a subject', ...subjects },
  { params: subjectParams },
)
export const enrolSubject = endpoint(
  'enrolSubject',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment',
    summary: 'Make a new secret, pending until its first code',
    status: 201,
    ...subjects,
  },
  { params: subjectParams, answer: Enrolment },
)
export const readEnrolment = endpoint(
  'readEnrolment',
  {
    method: 'GET',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment',
    summary: 'Read the secret again, as far as readback allows',
    ...subjects,
  },
  { params: subjectParams, answer: Enrolment },
)
export const cancelEnrolment = endpoint(
  'cancelEnrolment',
  {
    method: 'DELETE',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment',
    summary: 'Drop the pending secret',
    ...subjects,
  },
  { params: subjectParams },
)
export const enrolmentQrPng = endpoint(
  'enrolmentQrPng',
  {
    method: 'GET',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment/qr.png',
    summary: 'The enrolment as a QR code',
    media: 'image/png',
    ...subjects,
  },
  { params: subjectParams },
)
export const enrolmentQrSvg = endpoint(
  'enrolmentQrSvg',
  {
    method: 'GET',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment/qr.svg',
    summary: 'The enrolment as a QR code',
    media: 'image/svg+xml',
    ...subjects,
  },
  { params: subjectParams },
)
export const createEnrolmentLink = endpoint(
  'createEnrolmentLink',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment/link',
    summary: 'A one-time link for the end user',
    status: 201,
    ...subjects,
  },
  { params: subjectParams, answer: EnrolmentLink },
)
export const confirmEnrolment = endpoint(
  'confirmEnrolment',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment/confirm',
    summary: 'Confirm a pending secret by its first code; tells clock offsets to the authenticated enroller',
    ...subjects,
  },
  {
    params: subjectParams,
    body: exactly({ code: Type.String({ minLength: 4, maxLength: 64 }) }),
    answer: Confirmation,
  },
)
const linkToken = Type.String({ minLength: 1, maxLength: 128 })
const linkHolder = { tag: 'Subjects', right: 'linkHolder' } as const
export const openEnrolmentLink = endpoint(
  'openEnrolmentLink',
  {
    method: 'POST',
    path: '/v1/enrolment-links/open',
    summary: 'Make the secret of a one-time link and show it, once',
    ...linkHolder,
  },
  { body: exactly({ token: linkToken }), answer: OpenedEnrolment },
)
export const confirmEnrolmentLink = endpoint(
  'confirmEnrolmentLink',
  {
    method: 'POST',
    path: '/v1/enrolment-links/confirm',
    summary: 'Confirm the secret of an opened link by its first code',
    ...linkHolder,
  },
  { body: exactly({ token: linkToken, code: Type.String({ minLength: 4, maxLength: 64 }) }), answer: Confirmation },
)
export const verifyCode = endpoint(
  'verifyCode',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/subjects/{subject}/verify',
    summary: 'Judge a code, once',
    isNameable: true,
    tag: 'Subjects',
    right: 'verifier',
  },
  { params: subjectParams, body: Verify, answer: Verdict },
)
export const resyncSubject = endpoint(
  'resyncSubject',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/subjects/{subject}/resync',
    summary: 'Find a drifted clock by two consecutive codes',
    ...subjects,
  },
  { params: subjectParams, body: Resync, answer: Type.Object({ accepted: Type.Boolean() }) },
)
export const liftSubject = endpoint(
  'liftSubject',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/subjects/{subject}/lift',
    summary: 'Lift the cap and the waits',
    tag: 'Subjects',
    right: 'administrator',
  },
  { params: subjectParams },
)
export const bulkEnrol = endpoint(
  'bulkEnrol',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/bulk',
    summary: 'Enrol subjects from CSV, OATH CSV or PSKC',
    status: 202,
    ...subjects,
  },
  {
    params: realmParams,
    body: exactly({
      format: oneOf(['csv', 'oath-csv', 'pskc']),
      content: Type.String({
        description:
          'Text, or Base64 of the file. csv has a first line with the columns name, email and enabled (yes or no), parted by commas, semicolons or tabs; name is enough. Its secrets wait 7 days for their first code',
      }),
      encoding: Type.Optional(oneOf(['text', 'base64'])),
      password: Type.Optional(Type.String({ maxLength: 1024 })),
      dryRun: Type.Optional(Type.Boolean()),
    }),
    answer: BulkJob,
  },
)
export const listBulkJobs = endpoint(
  'listBulkJobs',
  { method: 'GET', path: '/v1/realms/{realm}/bulk', summary: 'List bulk enrolments', ...subjects },
  { params: realmParams, query: exactly({ cursor: pageQuery.cursor, limit: pageLimit(50) }), answer: pageOf(BulkJob) },
)
export const readBulkJob = endpoint(
  'readBulkJob',
  { method: 'GET', path: '/v1/realms/{realm}/bulk/{job}', summary: 'Progress and per-row results', ...subjects },
  {
    params: Type.Object({ realm: Ref, job: Ref }),
    query: exactly({
      ...pageQuery,
      exceptions: Type.Optional(Type.Boolean({ description: 'Only rows that were not simply created' })),
    }),
    answer: Type.Object({ job: BulkJob, rows: Type.Array(BulkRow), nextCursor: Type.Optional(Type.String()) }),
  },
)
export const watchBulkJob = endpoint(
  'watchBulkJob',
  {
    method: 'GET',
    path: '/v1/realms/{realm}/bulk/{job}/events',
    summary: 'Progress as server-sent events, until the job is over',
    media: 'text/event-stream',
    ...subjects,
  },
  { params: Type.Object({ realm: Ref, job: Ref }) },
)
