import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageOf, pageQuery, Ref, Remark, TimeMs } from './endpoint.ts'
import { IntakeBegin } from './intake.ts'
import { Algorithm } from './realms.ts'

export const AccountType = oneOf(['totp', 'hotp', 'steam'])
export const LeaseMode = oneOf(['off', 'warn', 'exclusive'])
export const GrantRight = oneOf(['reveal', 'manage'])
export const GranteeKind = oneOf(['person', 'group', 'everyone'])
/** What a person proves before each reveal: nothing, a fresh proof, a passkey, or what the provider has to say. */
export const StepUp = oneOf(['off', 'recent', 'passkey', 'sign-on'])

const claimWord = Type.String({ minLength: 1, maxLength: 255, pattern: '^\\S+$' })
/** What the provider has to say of a login before a code is shown, under `stepUp: sign-on`. */
export const SignOnDemand = exactly({
  acrValues: Type.Array(claimWord, {
    maxItems: 10,
    description: 'One of these authentication contexts (acr), best first; any when empty',
  }),
  amr: Type.Array(claimWord, { maxItems: 10, description: 'All of these methods (amr, RFC 8176)' }),
  maxAgeSeconds: Type.Integer({
    minimum: 60,
    maximum: 86_400,
    description: 'How long ago the provider may have proved the person (auth_time)',
  }),
})
export type SignOnDemand = Static<typeof SignOnDemand>

/** A shared account as its viewers see it. There is no field for the secret, for anybody (law 2). */
export const Account = Type.Object({
  id: Type.String(),
  label: Type.String(),
  identifier: Type.String(),
  issuer: Type.String(),
  url: Type.String(),
  tags: Type.Array(Type.String()),
  note: Type.String(),
  type: AccountType,
  algorithm: Algorithm,
  digits: Type.Integer(),
  periodSeconds: Type.Integer(),
  lease: LeaseMode,
  stepUp: StepUp,
  signOnDemand: Type.Optional(SignOnDemand),
  marked: Type.Boolean({ description: 'Each reveal sends a notice' }),
  mayReveal: Type.Boolean(),
  mayManage: Type.Boolean(),
  favourite: Type.Boolean(),
  rotateReason: orNull(Type.String()),
  undoUntilMs: Type.Optional(TimeMs),
  deletedAtMs: orNull(TimeMs),
  createdAtMs: TimeMs,
  updatedAtMs: TimeMs,
})
export type Account = Static<typeof Account>

const metadata = {
  label: Type.String({ minLength: 1, maxLength: 2000 }),
  identifier: Type.String({ maxLength: 255 }),
  issuer: Type.String({ maxLength: 2000 }),
  url: Type.String({ maxLength: 2048 }),
  tags: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 32 }),
  note: Type.String({ maxLength: 10_000 }),
  lease: LeaseMode,
  stepUp: StepUp,
  signOnDemand: SignOnDemand,
  marked: Type.Boolean(),
}
const secretFields = {
  uri: Type.String({ maxLength: 8192, description: 'otpauth URI; other fields override what it says' }),
  secretBase32: Type.String({ maxLength: 1024 }),
  type: AccountType,
  algorithm: Algorithm,
  digits: Type.Integer({ minimum: 4, maximum: 10 }),
  periodSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
  counter: Type.Integer({ minimum: 0, maximum: 2 ** 52 }),
}

export const GrantSpec = exactly({
  grantee: GranteeKind,
  granteeId: Type.Optional(Type.String({ maxLength: 255, description: 'Absent for everyone' })),
  right: GrantRight,
  expiresAtMs: Type.Optional(orNull(TimeMs)),
})
export const AccountCreate = exactly({
  ...Type.Partial(Type.Object({ ...metadata, ...secretFields })).properties,
  grants: Type.Optional(Type.Array(GrantSpec, { maxItems: 100 })),
  allowDuplicate: Type.Optional(Type.Boolean()),
  intake: Type.Optional(IntakeBegin),
})
export const AccountUpdate = exactly({ ...Type.Partial(Type.Object(metadata)).properties })
export const SecretReplace = exactly({
  ...Type.Partial(Type.Object(secretFields)).properties,
  proofCode: Type.Optional(Type.String({ maxLength: 64, description: 'First code of the new secret' })),
})
/** Answers a create or replace: what was stored, and what to mind. */
export const AccountCreated = Type.Object({ ...Account.properties, warnings: Type.Array(Remark) })

export const Reveal = exactly({
  minSeconds: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 120, description: 'Wait for a code that lives at least so long' }),
  ),
  next: Type.Optional(Type.Boolean({ description: 'Also the next code, in the last 10 s of a step' })),
  previous: Type.Optional(
    Type.Boolean({ description: 'The code of the secret before the last replacement, while it can be taken back' }),
  ),
})
export const LeaseInfo = Type.Object({
  mode: LeaseMode,
  holder: Type.String(),
  mine: Type.Boolean(),
  step: Type.Integer(),
})
export const RevealAnswer = Type.Object({
  code: Type.String(),
  step: Type.Integer({ description: 'The counter for HOTP' }),
  validFromMs: TimeMs,
  validUntilMs: Type.Integer({
    minimum: 0,
    description: 'Unix time in milliseconds; validFromMs for HOTP, which lasts until used',
  }),
  serverTimeMs: TimeMs,
  next: Type.Optional(
    Type.Object({ code: Type.String(), step: Type.Integer(), validFromMs: TimeMs, validUntilMs: TimeMs }),
  ),
  lease: Type.Optional(LeaseInfo),
})
export type RevealAnswer = Static<typeof RevealAnswer>

export const Grant = Type.Object({
  id: Type.String(),
  grantee: GranteeKind,
  granteeId: Type.String(),
  granteeName: Type.String(),
  right: GrantRight,
  expiresAtMs: orNull(TimeMs),
  grantedBy: Type.String(),
  createdAtMs: TimeMs,
})
export const Custody = Type.Object({
  personId: orNull(Type.String()),
  personName: Type.String(),
  how: oneOf(['uploaded', 'imported', 'server']),
  note: Type.String(),
  secretVersion: Type.Integer(),
  atMs: TimeMs,
})
export const RevealRecord = Type.Object({
  atMs: TimeMs,
  actorName: Type.String(),
  step: Type.Integer(),
  outcome: Type.String(),
})
export const RevealDay = Type.Object({
  day: Type.String({ description: 'Year, month and day in UTC' }),
  count: Type.Integer(),
})
/** What an image or a pasted text holds; `already` names an account with the same secret. */
export const Candidate = Type.Object({
  ref: Type.String({ description: 'Give it to addCandidates' }),
  issuer: Type.String(),
  name: Type.String(),
  type: AccountType,
  algorithm: Algorithm,
  digits: Type.Integer(),
  periodSeconds: Type.Integer(),
  result: oneOf(['new', 'duplicate', 'changed', 'refused']),
  already: Type.Optional(Type.String()),
  reason: Type.Optional(Remark),
  warnings: Type.Array(Remark),
  firstCode: Type.Optional(Type.String({ description: 'To compare with the other app, before it is stored' })),
})

const one = Type.Object({ account: Ref })
const viewer = { tag: 'Accounts', right: 'viewer' } as const
const manager = { tag: 'Accounts', right: 'manager' } as const

export const listAccounts = endpoint(
  'listAccounts',
  { method: 'GET', path: '/v1/accounts', summary: 'Accounts I may see', ...viewer, right: 'known' },
  {
    query: exactly({
      ...pageQuery,
      search: Type.Optional(Type.String({ maxLength: 255 })),
      tag: Type.Optional(Type.String({ maxLength: 64 })),
      deleted: Type.Optional(Type.Boolean()),
    }),
    answer: pageOf(Account),
  },
)
export const createAccount = endpoint(
  'createAccount',
  {
    method: 'POST',
    path: '/v1/accounts',
    summary: 'Add an account',
    status: 201,
    tag: 'Accounts',
    right: 'adder',
  },
  { body: AccountCreate, answer: AccountCreated },
)
export const readAccount = endpoint(
  'readAccount',
  { method: 'GET', path: '/v1/accounts/{account}', summary: 'Read an account', ...viewer },
  { params: one, answer: Account },
)
export const updateAccount = endpoint(
  'updateAccount',
  { method: 'PATCH', path: '/v1/accounts/{account}', summary: 'Change what is said of an account', ...manager },
  { params: one, body: AccountUpdate, answer: Account },
)
export const replaceSecret = endpoint(
  'replaceSecret',
  {
    method: 'PUT',
    path: '/v1/accounts/{account}/secret',
    summary: 'Replace the secret; the old one can come back for a while',
    ...manager,
  },
  { params: one, body: SecretReplace, answer: AccountCreated },
)
export const undoReplaceSecret = endpoint(
  'undoReplaceSecret',
  { method: 'POST', path: '/v1/accounts/{account}/secret/undo', summary: 'Take the secret before back', ...manager },
  { params: one, answer: Account },
)
export const deleteAccount = endpoint(
  'deleteAccount',
  {
    method: 'DELETE',
    path: '/v1/accounts/{account}',
    summary: 'Delete an account; it can be restored for a while',
    ...manager,
  },
  { params: one },
)
export const restoreAccount = endpoint(
  'restoreAccount',
  { method: 'POST', path: '/v1/accounts/{account}/restore', summary: 'Undo a deletion', ...manager },
  { params: one, answer: Account },
)
export const revealCode = endpoint(
  'revealCode',
  {
    method: 'POST',
    path: '/v1/accounts/{account}/reveal',
    summary: 'Hand out the code of this moment; HOTP gives one code per Idempotency-Key header',
    isNameable: true,
    ...viewer,
    right: 'revealer',
  },
  { params: one, body: Reveal, answer: RevealAnswer },
)
export const registerCodes = endpoint(
  'registerCodes',
  {
    method: 'POST',
    path: '/v1/accounts/{account}/register-codes',
    summary: 'Two codes in a row, the last one and this one, for registering at the service',
    tag: 'Accounts',
    right: 'registrar',
  },
  { params: one, answer: Type.Object({ first: RevealAnswer, second: RevealAnswer }) },
)
export const accountEvents = endpoint(
  'accountEvents',
  {
    method: 'GET',
    path: '/v1/accounts/{account}/events',
    summary: 'Leases and changes, live',
    media: 'text/event-stream',
    ...viewer,
  },
  { params: one },
)
export const listGrants = endpoint(
  'listGrants',
  { method: 'GET', path: '/v1/accounts/{account}/grants', summary: 'Who may do what', ...manager },
  { params: one, query: exactly({ ...pageQuery }), answer: pageOf(Grant) },
)
export const createGrant = endpoint(
  'createGrant',
  { method: 'POST', path: '/v1/accounts/{account}/grants', summary: 'Grant a right', status: 201, ...manager },
  { params: one, body: GrantSpec, answer: Grant },
)
export const deleteGrant = endpoint(
  'deleteGrant',
  { method: 'DELETE', path: '/v1/accounts/{account}/grants/{grant}', summary: 'End a grant', ...manager },
  { params: Type.Object({ account: Ref, grant: Ref }) },
)
export const listCustody = endpoint(
  'listCustody',
  { method: 'GET', path: '/v1/accounts/{account}/custody', summary: 'Who could ever have seen the secret', ...manager },
  { params: one, query: exactly({ ...pageQuery }), answer: pageOf(Custody) },
)
export const listReveals = endpoint(
  'listReveals',
  { method: 'GET', path: '/v1/accounts/{account}/reveals', summary: 'Reveals over time', ...manager },
  { params: one, query: exactly({ ...pageQuery }), answer: pageOf(RevealRecord) },
)
export const countReveals = endpoint(
  'countReveals',
  {
    method: 'GET',
    path: '/v1/accounts/{account}/reveals/counts',
    summary: 'Codes handed out on each of the last 30 days',
    ...manager,
  },
  {
    params: one,
    answer: Type.Object({ days: Type.Array(RevealDay, { description: 'A row for each day, oldest first' }) }),
  },
)
export const setFavourite = endpoint(
  'setFavourite',
  {
    method: 'PUT',
    path: '/v1/accounts/{account}/favourite',
    summary: 'Pin or unpin for me',
    ...viewer,
    right: 'favouriter',
  },
  { params: one, body: exactly({ favourite: Type.Boolean() }) },
)
export const listRotations = endpoint(
  'listRotations',
  {
    method: 'GET',
    path: '/v1/rotations',
    summary: 'Accounts whose secret somebody who left could have seen',
    tag: 'Accounts',
    right: 'known',
  },
  { query: exactly({ ...pageQuery }), answer: pageOf(Account) },
)
export const readImage = endpoint(
  'readImage',
  {
    method: 'POST',
    path: '/v1/accounts/candidates',
    summary: 'What an image, file or text holds; nothing is stored',
    tag: 'Accounts',
    right: 'adder',
  },
  {
    body: exactly({
      contentBase64: Type.Optional(Type.String()),
      text: Type.Optional(Type.String({ maxLength: 1_000_000 })),
      fileName: Type.Optional(Type.String({ maxLength: 255 })),
      password: Type.Optional(Type.String({ maxLength: 1024 })),
    }),
    answer: Type.Object({
      format: Type.String(),
      needsPassword: Type.Boolean(),
      batch: Type.String({ description: 'Give it to addCandidates within 15 minutes' }),
      candidates: Type.Array(Candidate),
      skipped: Type.Array(Type.Object({ code: Type.String(), what: Type.String(), count: Type.Integer() })),
      warnings: Type.Array(Remark, { description: 'About the file as a whole' }),
    }),
  },
)
export const addCandidates = endpoint(
  'addCandidates',
  {
    method: 'POST',
    path: '/v1/accounts/candidates/{batch}',
    summary: 'Add what a preview showed',
    tag: 'Accounts',
    right: 'adder',
  },
  {
    params: Type.Object({ batch: Ref }),
    body: exactly({
      refs: Type.Array(Type.String(), { maxItems: 10_000 }),
      tags: Type.Optional(metadata.tags),
      grants: Type.Optional(Type.Array(GrantSpec, { maxItems: 100 })),
    }),
    answer: Type.Object({
      added: Type.Array(Account),
      refused: Type.Array(Type.Object({ ref: Type.String(), reason: Remark })),
    }),
  },
)
