import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, Ref, TimeMs } from './endpoint.ts'

const reader = Type.String({ minLength: 1, maxLength: 255, description: 'A user name, a name or a mail address' })

/** What is said of a root account before its secret is loaded. */
export const IntakeBegin = exactly({
  readers: Type.Array(reader, { minItems: 1, maxItems: 50, description: 'Who reads the root mailbox' }),
  exception: Type.Optional(
    Type.String({ minLength: 1, maxLength: 2000, description: 'Why the loader reads it all the same' }),
  ),
})
export type IntakeBegin = Static<typeof IntakeBegin>

/** The record of a root account's intake. Names and times are the server's own. */
export const Intake = Type.Object({
  readers: Type.Array(Type.String()),
  exception: Type.Optional(Type.String()),
  loader: Type.String({ description: 'Who loaded the secret' }),
  loadedAtMs: TimeMs,
  registeredAtMs: Type.Optional(TimeMs),
  rotatedBy: Type.Optional(Type.String({ description: 'Who changed the password' })),
  rotatedAtMs: Type.Optional(TimeMs),
  shownTo: Type.Optional(Type.String({ description: 'Who was shown the code of the second login' })),
  checkedAtMs: Type.Optional(TimeMs),
})
export type Intake = Static<typeof Intake>

const one = Type.Object({ account: Ref })
const manager = { tag: 'Accounts', right: 'manager' } as const
const answer = Type.Object({
  intake: orNull(Intake),
  mayCheck: Type.Boolean({ description: 'Somebody but the loader was shown a code since the password was changed' }),
})
export type IntakeAnswer = Static<typeof answer>

export const readIntake = endpoint(
  'readIntake',
  { method: 'GET', path: '/v1/accounts/{account}/intake', summary: 'How a root account was taken in', ...manager },
  { params: one, answer },
)
export const noteIntake = endpoint(
  'noteIntake',
  { method: 'POST', path: '/v1/accounts/{account}/intake', summary: 'Note the next step of an intake', ...manager },
  {
    params: one,
    body: exactly({
      step: oneOf(['registered', 'rotated', 'checked']),
      by: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'Who changed the password' })),
    }),
    answer,
  },
)
