import { Type } from 'typebox'
import { endpoint, exactly, oneOf, orNull, Ref, TimeMs } from './endpoint.ts'
import { Code, Me, Passphrase } from './me.ts'

const open = { tag: 'Login', right: 'anyone' } as const
const mine = { tag: 'Me', right: 'person' } as const

// First start: the setup link's token is in the fragment of its URL and comes back in the body, never in a URL.
export const readSetupLink = endpoint(
  'readSetupLink',
  {
    method: 'POST',
    path: '/v1/setup/read',
    summary: 'Whom a setup link is for; it stays unused',
    ...open,
  },
  {
    body: exactly({ setupToken: Type.String({ maxLength: 128 }) }),
    answer: Type.Object({
      username: orNull(Type.String({ description: 'Null for the first administrator, who chooses a name' })),
    }),
  },
)
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
      acrValues: Type.Optional(
        Type.String({ maxLength: 2048, description: 'One of these acr is needed, parted by blanks; with stepUp' }),
      ),
      amr: Type.Optional(
        Type.String({ maxLength: 2048, description: 'All of these amr are needed, parted by blanks; with stepUp' }),
      ),
      maxAgeSeconds: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 86_400, description: 'How old the proof may be; 0 unless given' }),
      ),
    }),
  },
)
export const logout = endpoint(
  'logout',
  { method: 'POST', path: '/v1/logout', summary: 'End this session', ...open, knowsCaller: true },
  {
    answer: Type.Object({ redirect: orNull(Type.String({ description: 'Where the provider ends its own session' })) }),
  },
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
