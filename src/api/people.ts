import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageOf, pageQuery, Ref, TimeMs } from './endpoint.ts'

export const Role = oneOf(['administrator', 'auditor', 'member'])

export const Person = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  email: Type.String(),
  source: oneOf(['local', 'oidc']),
  role: Role,
  disabled: Type.Boolean(),
  groups: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  hasCode: Type.Boolean(),
  passkeyCount: Type.Integer(),
  lastSeenAtMs: orNull(TimeMs),
  createdAtMs: TimeMs,
})
export type Person = Static<typeof Person>

export const Group = Type.Object({
  id: Type.String(),
  name: Type.String(),
  source: oneOf(['local', 'oidc', 'built-in']),
  role: orNull(Role),
  mayAddAccounts: Type.Boolean(),
  memberCount: Type.Integer(),
  createdAtMs: TimeMs,
})
export type Group = Static<typeof Group>

export const Passkey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  createdAtMs: TimeMs,
  lastUsedAtMs: orNull(TimeMs),
})
export const Session = Type.Object({
  id: Type.String(),
  kind: oneOf(['console', 'gate']),
  personId: Type.String(),
  username: Type.String(),
  address: Type.String(),
  userAgent: Type.String(),
  current: Type.Boolean(),
  createdAtMs: TimeMs,
  lastSeenAtMs: TimeMs,
  expiresAtMs: TimeMs,
})
export const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  owner: oneOf(['person', 'device', 'service', 'root']),
  personId: orNull(Type.String()),
  scopes: Type.Array(Type.String()),
  gateLimits: orNull(
    Type.Object({
      hosts: Type.Array(Type.String()),
      paths: Type.Array(Type.String()),
      methods: Type.Array(Type.String()),
      twoFactor: Type.Boolean(),
    }),
  ),
  createdAtMs: TimeMs,
  expiresAtMs: orNull(TimeMs),
  lastUsedAtMs: orNull(TimeMs),
  suspended: Type.Boolean(),
})
export const TokenCreated = Type.Object({ ...Token.properties, token: Type.String({ description: 'Shown this once' }) })
export const TokenCreate = exactly({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  owner: Type.Optional(oneOf(['person', 'service'])),
  scopes: Type.Array(Type.String({ maxLength: 300 }), { minItems: 1, maxItems: 100 }),
  expiresAtMs: Type.Optional(orNull(TimeMs)),
  gateLimits: Type.Optional(
    Type.Object({
      hosts: Type.Array(Type.String()),
      paths: Type.Array(Type.String()),
      methods: Type.Array(Type.String()),
      twoFactor: Type.Boolean(),
    }),
  ),
})

/** Who I am and what I may do; the console shows and hides by it, the server decides. */
export const Me = Type.Object({
  kind: oneOf(['person', 'service', 'root', 'stranger']),
  person: orNull(Person),
  preferences: Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean()])),
  mayAdminister: Type.Boolean(),
  mayAudit: Type.Boolean(),
  mayAddAccounts: Type.Boolean(),
  csrfToken: orNull(Type.String({ description: 'Send it as X-CSRF-Token with every change made by cookie' })),
  authenticatedAtMs: orNull(TimeMs),
  serverTimeMs: TimeMs,
  version: Type.String(),
  login: Type.Object({ local: Type.Boolean(), oidc: Type.Boolean(), setupNeeded: Type.Boolean() }),
})
export type Me = Static<typeof Me>

const administrators = { tag: 'People', rights: 'Administrators' } as const
const mine = { tag: 'Me', rights: 'The person' } as const
const open = { tag: 'Login', rights: 'Anyone', isOpen: true } as const
const Passphrase = Type.String({ minLength: 1, maxLength: 1024 })
const Code = Type.String({ minLength: 1, maxLength: 64 })
const person = Type.Object({ person: Ref })
const group = Type.Object({ group: Ref })

export const readMe = endpoint(
  'readMe',
  { method: 'GET', path: '/v1/me', summary: 'Who I am', ...open },
  { answer: Me },
)

// First start: the setup link's token is in the fragment of its URL and comes back in the body, never in a URL.
export const setupBegin = endpoint(
  'setupBegin',
  { method: 'POST', path: '/v1/setup/begin', summary: 'Open the one-time setup link', ...open },
  {
    body: exactly({
      setupToken: Type.String({ maxLength: 128 }),
      username: Type.Optional(
        Type.String({ minLength: 1, maxLength: 128, description: 'Only for the first administrator' }),
      ),
      passphrase: Passphrase,
    }),
    answer: Type.Object({
      ticket: Type.String(),
      username: Type.String(),
      otpauthUri: Type.String(),
      qrSvg: Type.String(),
      secretBase32: Type.String(),
    }),
  },
)
export const setupFinish = endpoint(
  'setupFinish',
  {
    method: 'POST',
    path: '/v1/setup/finish',
    summary: 'Prove the first code and become the first administrator',
    ...open,
  },
  {
    body: exactly({ ticket: Type.String({ maxLength: 128 }), code: Code }),
    answer: Type.Object({ recoveryCodes: Type.Array(Type.String()), me: Me }),
  },
)

// Login answers the same way and does the same work for every failure.
export const LoginAnswer = Type.Object({ me: Me })
export const login = endpoint(
  'login',
  { method: 'POST', path: '/v1/login', summary: 'Log in with passphrase and code (or a recovery code)', ...open },
  {
    body: exactly({
      username: Type.String({ maxLength: 255 }),
      passphrase: Passphrase,
      code: Type.Optional(Code),
      recoveryCode: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    answer: LoginAnswer,
  },
)
export const loginPasskeyOptions = endpoint(
  'loginPasskeyOptions',
  { method: 'POST', path: '/v1/login/passkey/options', summary: 'Begin a passkey as second factor', ...open },
  {
    body: exactly({ username: Type.String({ maxLength: 255 }), passphrase: Passphrase }),
    answer: Type.Object({ ticket: Type.String(), options: Type.Unknown() }),
  },
)
export const loginPasskey = endpoint(
  'loginPasskey',
  { method: 'POST', path: '/v1/login/passkey', summary: 'Finish a login with a passkey', ...open },
  { body: exactly({ ticket: Type.String(), response: Type.Unknown() }), answer: LoginAnswer },
)
export const beginSignOn = endpoint(
  'beginSignOn',
  {
    method: 'GET',
    path: '/v1/login/oidc',
    summary: 'Go to the provider to sign on; for browsers',
    status: 302,
    media: 'text/html',
    ...open,
  },
  {
    query: exactly({
      returnTo: Type.Optional(Type.String({ maxLength: 2048, description: 'A path of ours to come back to' })),
      stepUp: Type.Optional(Type.Boolean({ description: 'Prove again who is in this session' })),
    }),
  },
)
export const logout = endpoint(
  'logout',
  { method: 'POST', path: '/v1/logout', summary: 'End this session', ...open },
  {
    answer: Type.Object({ redirect: orNull(Type.String({ description: 'Where the provider ends its own session' })) }),
  },
)

export const updateMe = endpoint(
  'updateMe',
  { method: 'PATCH', path: '/v1/me', summary: 'My display name, language, theme, notices', ...mine },
  {
    body: exactly({
      displayName: Type.Optional(Type.String({ maxLength: 255 })),
      preferences: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean()]))),
    }),
    answer: Me,
  },
)
export const reproof = endpoint(
  'reproof',
  { method: 'POST', path: '/v1/me/reproof', summary: 'Prove passphrase and code again, for what asks for it', ...mine },
  {
    body: exactly({ passphrase: Type.Optional(Passphrase), code: Type.Optional(Code) }),
    answer: Type.Object({ authenticatedAtMs: TimeMs }),
  },
)
export const changePassphrase = endpoint(
  'changePassphrase',
  { method: 'POST', path: '/v1/me/passphrase', summary: 'Change my passphrase', ...mine },
  { body: exactly({ passphrase: Passphrase, newPassphrase: Passphrase, code: Type.Optional(Code) }) },
)
export const beginCode = endpoint(
  'beginCode',
  { method: 'POST', path: '/v1/me/code', summary: 'Begin a new code for myself', ...mine },
  {
    answer: Type.Object({
      otpauthUri: Type.String(),
      secretBase32: Type.String(),
      qrSvg: Type.String(),
      pendingUntilMs: TimeMs,
    }),
  },
)
export const confirmCode = endpoint(
  'confirmCode',
  { method: 'POST', path: '/v1/me/code/confirm', summary: 'Confirm it by its first code', ...mine },
  {
    body: exactly({ code: Code }),
    answer: Type.Object({ confirmed: Type.Boolean(), clockOffsetSteps: Type.Optional(Type.Integer()) }),
  },
)
export const newRecoveryCodes = endpoint(
  'newRecoveryCodes',
  { method: 'POST', path: '/v1/me/recovery-codes', summary: 'New recovery codes; the old ones end', ...mine },
  { answer: Type.Object({ recoveryCodes: Type.Array(Type.String()) }) },
)
export const listPasskeys = endpoint(
  'listPasskeys',
  { method: 'GET', path: '/v1/me/passkeys', summary: 'My passkeys', ...mine },
  { answer: Type.Object({ items: Type.Array(Passkey) }) },
)
export const passkeyOptions = endpoint(
  'passkeyOptions',
  { method: 'POST', path: '/v1/me/passkeys/options', summary: 'Begin registering a passkey', ...mine },
  { answer: Type.Object({ ticket: Type.String(), options: Type.Unknown() }) },
)
export const addPasskey = endpoint(
  'addPasskey',
  { method: 'POST', path: '/v1/me/passkeys', summary: 'Register a passkey', status: 201, ...mine },
  {
    body: exactly({
      ticket: Type.String(),
      name: Type.String({ minLength: 1, maxLength: 128 }),
      response: Type.Unknown(),
    }),
    answer: Passkey,
  },
)
export const deletePasskey = endpoint(
  'deletePasskey',
  { method: 'DELETE', path: '/v1/me/passkeys/{passkey}', summary: 'Remove a passkey', ...mine },
  { params: Type.Object({ passkey: Ref }) },
)
export const stepUpOptions = endpoint(
  'stepUpOptions',
  { method: 'POST', path: '/v1/me/step-up/options', summary: 'Begin a passkey step-up', ...mine },
  { answer: Type.Object({ ticket: Type.String(), options: Type.Unknown() }) },
)
export const stepUp = endpoint(
  'stepUp',
  { method: 'POST', path: '/v1/me/step-up', summary: 'Finish a passkey step-up', ...mine },
  {
    body: exactly({ ticket: Type.String(), response: Type.Unknown() }),
    answer: Type.Object({ authenticatedAtMs: TimeMs }),
  },
)

export const listSessions = endpoint(
  'listSessions',
  {
    method: 'GET',
    path: '/v1/sessions',
    summary: 'Sessions: mine, or of all for administrators',
    tag: 'Sessions',
    rights: 'The person; administrators',
  },
  {
    query: exactly({ ...pageQuery, person: Type.Optional(Ref), all: Type.Optional(Type.Boolean()) }),
    answer: pageOf(Session),
  },
)
export const endSession = endpoint(
  'endSession',
  {
    method: 'DELETE',
    path: '/v1/sessions/{session}',
    summary: 'End one session',
    tag: 'Sessions',
    rights: 'The person; administrators',
  },
  { params: Type.Object({ session: Ref }) },
)
export const endSessions = endpoint(
  'endSessions',
  {
    method: 'POST',
    path: '/v1/sessions/end-all',
    summary: 'End all sessions of a person but this one',
    tag: 'Sessions',
    rights: 'The person; administrators',
  },
  { body: exactly({ person: Type.Optional(Ref) }), answer: Type.Object({ ended: Type.Integer() }) },
)

export const listPeople = endpoint(
  'listPeople',
  { method: 'GET', path: '/v1/people', summary: 'List people', ...administrators, rights: 'Administrators, auditors' },
  { query: exactly({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }), answer: pageOf(Person) },
)
export const createPerson = endpoint(
  'createPerson',
  {
    method: 'POST',
    path: '/v1/people',
    summary: 'Invite a local person; answers a one-time setup link',
    status: 201,
    ...administrators,
  },
  {
    body: exactly({
      username: Type.String({ minLength: 1, maxLength: 128 }),
      displayName: Type.Optional(Type.String({ maxLength: 255 })),
      email: Type.Optional(Type.String({ maxLength: 255 })),
      role: Type.Optional(Role),
    }),
    answer: Type.Object({ person: Person, setupUrl: Type.String(), expiresAtMs: TimeMs }),
  },
)
export const readPerson = endpoint(
  'readPerson',
  { method: 'GET', path: '/v1/people/{person}', summary: 'Read a person', ...administrators },
  { params: person, answer: Person },
)
export const updatePerson = endpoint(
  'updatePerson',
  { method: 'PATCH', path: '/v1/people/{person}', summary: 'Change a person', ...administrators },
  {
    params: person,
    body: exactly({
      displayName: Type.Optional(Type.String({ maxLength: 255 })),
      email: Type.Optional(Type.String({ maxLength: 255 })),
      role: Type.Optional(Role),
      disabled: Type.Optional(Type.Boolean()),
    }),
    answer: Person,
  },
)
export const deletePerson = endpoint(
  'deletePerson',
  {
    method: 'DELETE',
    path: '/v1/people/{person}',
    summary: 'Delete a person; what the audit says of them stays',
    ...administrators,
  },
  { params: person },
)
export const resetPerson = endpoint(
  'resetPerson',
  {
    method: 'POST',
    path: '/v1/people/{person}/reset',
    summary: 'A new setup link for whoever lost everything',
    ...administrators,
  },
  { params: person, answer: Type.Object({ setupUrl: Type.String(), expiresAtMs: TimeMs }) },
)
export const liftPerson = endpoint(
  'liftPerson',
  { method: 'POST', path: '/v1/people/{person}/lift', summary: "Lift a person's lock", ...administrators },
  { params: person },
)

export const listGroups = endpoint(
  'listGroups',
  {
    method: 'GET',
    path: '/v1/groups',
    summary: 'List groups',
    ...administrators,
    rights: 'Administrators, auditors; whoever manages an account sees names',
  },
  { query: exactly({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }), answer: pageOf(Group) },
)
export const createGroup = endpoint(
  'createGroup',
  { method: 'POST', path: '/v1/groups', summary: 'Create a group', status: 201, ...administrators },
  {
    body: exactly({
      name: Type.String({ minLength: 1, maxLength: 128 }),
      role: Type.Optional(orNull(Role)),
      mayAddAccounts: Type.Optional(Type.Boolean()),
    }),
    answer: Group,
  },
)
export const updateGroup = endpoint(
  'updateGroup',
  { method: 'PATCH', path: '/v1/groups/{group}', summary: 'Change a group', ...administrators },
  {
    params: group,
    body: exactly({
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
      role: Type.Optional(orNull(Role)),
      mayAddAccounts: Type.Optional(Type.Boolean()),
    }),
    answer: Group,
  },
)
export const deleteGroup = endpoint(
  'deleteGroup',
  { method: 'DELETE', path: '/v1/groups/{group}', summary: 'Delete a group', ...administrators },
  { params: group },
)
export const listMembers = endpoint(
  'listMembers',
  { method: 'GET', path: '/v1/groups/{group}/members', summary: 'Who is in a group', ...administrators },
  { params: group, query: exactly({ ...pageQuery }), answer: pageOf(Person) },
)
export const addMember = endpoint(
  'addMember',
  { method: 'PUT', path: '/v1/groups/{group}/members/{person}', summary: 'Add a person to a group', ...administrators },
  { params: Type.Object({ group: Ref, person: Ref }) },
)
export const removeMember = endpoint(
  'removeMember',
  {
    method: 'DELETE',
    path: '/v1/groups/{group}/members/{person}',
    summary: 'Take a person out of a group',
    ...administrators,
  },
  { params: Type.Object({ group: Ref, person: Ref }) },
)

export const listTokens = endpoint(
  'listTokens',
  {
    method: 'GET',
    path: '/v1/tokens',
    summary: 'My tokens; all for administrators',
    tag: 'Tokens',
    rights: 'The person; administrators',
  },
  { query: exactly({ ...pageQuery, all: Type.Optional(Type.Boolean()) }), answer: pageOf(Token) },
)
export const createToken = endpoint(
  'createToken',
  {
    method: 'POST',
    path: '/v1/tokens',
    summary: 'Make a token; shown this once',
    status: 201,
    tag: 'Tokens',
    rights: 'The person, never beyond their own rights; administrators make service tokens',
  },
  { body: TokenCreate, answer: TokenCreated },
)
export const updateToken = endpoint(
  'updateToken',
  {
    method: 'PATCH',
    path: '/v1/tokens/{token}',
    summary: 'Rename, suspend or resume a token',
    tag: 'Tokens',
    rights: 'Its owner; administrators',
  },
  {
    params: Type.Object({ token: Ref }),
    body: exactly({
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
      suspended: Type.Optional(Type.Boolean()),
      expiresAtMs: Type.Optional(orNull(TimeMs)),
    }),
    answer: Token,
  },
)
export const deleteToken = endpoint(
  'deleteToken',
  {
    method: 'DELETE',
    path: '/v1/tokens/{token}',
    summary: 'End a token',
    tag: 'Tokens',
    rights: 'Its owner; administrators',
  },
  { params: Type.Object({ token: Ref }) },
)

export const deviceStart = endpoint(
  'deviceStart',
  { method: 'POST', path: '/v1/device', summary: "Begin a command's sign-in", ...open },
  {
    body: exactly({ client: Type.String({ maxLength: 128 }) }),
    answer: Type.Object({
      deviceCode: Type.String(),
      userCode: Type.String(),
      verificationUrl: Type.String(),
      expiresAtMs: TimeMs,
      intervalMs: Type.Integer(),
    }),
  },
)
export const devicePoll = endpoint(
  'devicePoll',
  { method: 'POST', path: '/v1/device/poll', summary: 'Ask whether the browser confirmed', ...open },
  {
    body: exactly({ deviceCode: Type.String({ maxLength: 128 }) }),
    answer: Type.Object({
      state: oneOf(['waiting', 'confirmed', 'refused', 'expired']),
      token: Type.Optional(Type.String()),
      username: Type.Optional(Type.String()),
    }),
  },
)
export const deviceRead = endpoint(
  'deviceRead',
  { method: 'GET', path: '/v1/device/{userCode}', summary: 'What a short code would sign in', ...mine },
  {
    params: Type.Object({ userCode: Ref }),
    answer: Type.Object({ client: Type.String(), address: Type.String(), createdAtMs: TimeMs }),
  },
)
export const deviceConfirm = endpoint(
  'deviceConfirm',
  { method: 'POST', path: '/v1/device/{userCode}', summary: 'Confirm or refuse it', ...mine },
  { params: Type.Object({ userCode: Ref }), body: exactly({ allow: Type.Boolean() }) },
)
