import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageOf, pageQuery, Ref, TimeMs } from './endpoint.ts'
import { Person } from './people.ts'
import { Confirmation } from './subjects.ts'

/**
 * Characters a new passphrase has at least. NIST SP 800-63B section 3.1.1 asks for 8 beside a second factor; length is
 * cheap and all we ask for.
 */
export const shortestPassphrase = 10

/** Passphrases and codes as people type them. */
export const Passphrase = Type.String({ minLength: 1, maxLength: 1024 })
export const Code = Type.String({ minLength: 1, maxLength: 64 })

export const Passkey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  createdAtMs: TimeMs,
  lastUsedAtMs: orNull(TimeMs),
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

const mine = { tag: 'Me', right: 'person' } as const

export const readMe = endpoint(
  'readMe',
  { method: 'GET', path: '/v1/me', summary: 'Who I am', tag: 'Me', right: 'anyone', knowsCaller: true },
  { answer: Me },
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
    answer: Confirmation,
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
  { query: exactly({ ...pageQuery }), answer: pageOf(Passkey) },
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
