import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageOf, pageQuery, Ref, TimeMs } from './endpoint.ts'
import { Algorithm, realmParams } from './realms.ts'

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

const subjectParams = Type.Object({ realm: Ref, subject: Ref })
/** What enrollers may do. */
export const enrolling = { tag: 'Subjects', right: 'enroller' } as const

export const listSubjects = endpoint(
  'listSubjects',
  { method: 'GET', path: '/v1/realms/{realm}/subjects', summary: 'List subjects', ...enrolling },
  {
    params: realmParams,
    query: exactly({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }),
    answer: pageOf(Subject),
  },
)
export const createSubject = endpoint(
  'createSubject',
  { method: 'POST', path: '/v1/realms/{realm}/subjects', summary: 'Create a subject', status: 201, ...enrolling },
  { params: realmParams, body: SubjectCreate, answer: Subject },
)
export const readSubject = endpoint(
  'readSubject',
  { method: 'GET', path: '/v1/realms/{realm}/subjects/{subject}', summary: 'Read a subject', ...enrolling },
  { params: subjectParams, answer: Subject },
)
export const updateSubject = endpoint(
  'updateSubject',
  { method: 'PATCH', path: '/v1/realms/{realm}/subjects/{subject}', summary: 'Change a subject', ...enrolling },
  { params: subjectParams, body: SubjectUpdate, answer: Subject },
)
export const deleteSubject = endpoint(
  'deleteSubject',
  { method: 'DELETE', path: '/v1/realms/{realm}/subjects/{subject}', summary: 'Delete a subject', ...enrolling },
  { params: subjectParams },
)
export const enrolSubject = endpoint(
  'enrolSubject',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment',
    summary: 'Make a new secret, pending until its first code',
    status: 201,
    ...enrolling,
  },
  { params: subjectParams, answer: Enrolment },
)
export const readEnrolment = endpoint(
  'readEnrolment',
  {
    method: 'GET',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment',
    summary: 'Read the secret again, as far as readback allows',
    ...enrolling,
  },
  { params: subjectParams, answer: Enrolment },
)
export const cancelEnrolment = endpoint(
  'cancelEnrolment',
  {
    method: 'DELETE',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment',
    summary: 'Drop the pending secret',
    ...enrolling,
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
    ...enrolling,
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
    ...enrolling,
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
    ...enrolling,
  },
  { params: subjectParams, answer: EnrolmentLink },
)
export const confirmEnrolment = endpoint(
  'confirmEnrolment',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/subjects/{subject}/enrolment/confirm',
    summary: 'Confirm a pending secret by its first code; tells clock offsets to the authenticated enroller',
    ...enrolling,
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
    ...enrolling,
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
