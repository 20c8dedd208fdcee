import { type TSchema, Type } from 'typebox'
import type { DoorAnswer, DoorOperation } from '../../http/door-operation.ts'
import * as wire from './wire.ts'

const tag = 'tiny-mfa'
const json = (description: string, schema: TSchema): DoorAnswer => ({ description, schema })
const no = (description: string): DoorAnswer => json(description, wire.outcome)

const refused = { '401': no('No token, or one that opens something else') }
const missing = { ...refused, '404': no('No such issuer or user') }
const wrong = { '400': no('What is wrong with what was sent') }

const fields = {
  'access-token': 'The access token; shown this once',
  'client-id': 'Client id at the provider',
  'client-secret': 'Client secret at the provider; answered as a mask',
  'discovery-url': 'Address of the provider, without /.well-known',
  'qrcode-bgcolor': 'Background of QR codes',
  'qrcode-fgcolor': 'Foreground of QR codes',
  'schema-version': 'Always 2',
  alpha: 'Opacity, 255 for opaque',
  blue: 'Blue, 0 to 255',
  contact: 'Mail address of whoever answers for the issuer',
  created_on: 'When it was made, RFC 3339',
  date: 'When it was, RFC 3339 in UTC',
  deny_limit: 'Wrong codes in one step after which a user waits for the next, 1 to 255',
  description: 'What it is for',
  email: 'Mail address of the user',
  enabled: 'Whether it works; on create, false unless given',
  green: 'Green, 0 to 255',
  http_port: 'Port of the door’s own listener, from the next start on',
  id: 'Its id',
  issuer: 'The issuer; in paths and validations its name',
  last_access_time: 'When it was last used, RFC 3339; empty for never',
  message: 'What happened, in a sentence; in validations the time step the server stood in',
  name: 'Its name; 1 to 32 of A-Z a-z 0-9 _ . -',
  red: 'Red, 0 to 255',
  result: 'Whether the code was accepted',
  success: 'Whether it was done',
  token: 'An access token; in its path its id; to be validated, the code',
  token_length: 'How many digits codes have, 5 to 8',
  user: 'Name of the user',
  verify_tokens: 'Whether users and validations need a token',
}

/** What an operation is about, beside its method, path and sentence. */
interface Details {
  readonly ok: DoorAnswer
  readonly no?: DoorOperation['answers']
  readonly request?: object
  readonly variables?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
}

function operation(
  method: string,
  path: string,
  summary: string,
  { ok, no: refusals = refused, ...request }: Details,
): DoorOperation {
  return {
    method,
    path: `/api/v1${path}`,
    tag,
    summary,
    fields,
    answers: { '200': ok, ...refusals },
    refusal: no('The door is closed, the body too large, or the server not well'),
    caller: path === '/health' ? 'anybody' : 'tinyMfa',
    ...request,
  }
}

const done = json('Done', wire.outcome)

const systemOperations: readonly DoorOperation[] = [
  operation('GET', '/health', 'Whether the door is open', { ok: done, no: {} }),
  operation('GET', '/system/configuration', 'The configuration', {
    ok: json('The configuration', wire.configuration),
  }),
  operation('POST', '/system/configuration', 'Change it', {
    ok: json('The configuration', wire.configuration),
    no: { ...refused, ...wrong },
    request: { http_port: 57_687, deny_limit: 5, verify_tokens: true },
  }),
  operation('GET', '/system/oidc', 'OpenID Connect settings', {
    ok: json('The settings, the secret masked', wire.signOn),
  }),
  operation('POST', '/system/oidc', 'Keep them as a draft', {
    ok: json('The settings, the secret masked', wire.signOn),
    no: { ...refused, ...wrong },
    request: {
      enabled: true,
      'client-id': 'tiny-mfa',
      'client-secret': 'secret',
      'discovery-url': 'https://login.example.com',
    },
  }),
  operation('GET', '/system/qrcode', 'Colours of QR codes', { ok: json('Two colours', wire.colours) }),
  operation('POST', '/system/qrcode', 'Change them', {
    ok: json('Two colours', wire.colours),
    no: { ...refused, ...wrong },
    request: {
      'qrcode-bgcolor': { red: 255, green: 255, blue: 255, alpha: 255 },
      'qrcode-fgcolor': { red: 0, green: 0, blue: 0, alpha: 255 },
    },
  }),
  operation('GET', '/system/audit', 'Validations; before and after as YYYY-MM-DD:HH:MM:SS', {
    ok: json('Validations, oldest first', wire.validations),
    query: {
      after: 'Only later ones, as YYYY-MM-DD:HH:MM:SS',
      before: 'Only earlier ones, as YYYY-MM-DD:HH:MM:SS',
      issuer: 'Only those of one issuer',
      limit: 'How many at most; all unless given',
      offset: 'How many to leave out at the beginning',
    },
  }),
]

const issuerOperations: readonly DoorOperation[] = [
  operation('GET', '/issuer', 'Issuers', { ok: json('Every issuer', Type.Array(wire.issuer)) }),
  operation('POST', '/issuer', 'Make an issuer and its first token', {
    ok: json('The issuer, and its token, shown this once', wire.madeIssuer),
    no: { ...refused, ...wrong },
    request: { name: 'issuer.local', contact: 'admin@issuer.local', token_length: 6, enabled: true },
    variables: { name: 'issuer' },
  }),
  operation('GET', '/issuer/{issuer}', 'An issuer', { ok: json('The issuer', wire.issuer), no: missing }),
  operation('POST', '/issuer/{issuer}', 'Change it', {
    ok: done,
    no: { ...missing, ...wrong },
    request: { enabled: true },
  }),
  operation('DELETE', '/issuer/{issuer}', 'Delete it with users and tokens', { ok: done, no: missing }),
  operation('GET', '/issuer/{issuer}/token', 'Its tokens', { ok: json('Its tokens', wire.tokens), no: missing }),
  operation('POST', '/issuer/{issuer}/token', 'Mint a token, shown once', {
    ok: json('The token, shown this once', wire.madeToken),
    no: { ...missing, ...wrong },
    request: { description: 'shop 1' },
  }),
  operation('DELETE', '/issuer/{issuer}/token/{token}', 'End a token', { ok: done, no: { ...missing, ...wrong } }),
]

const userOperations: readonly DoorOperation[] = [
  operation('GET', '/issuer/{issuer}/users', 'Its users', {
    ok: json('Its users', Type.Array(wire.user)),
    no: missing,
  }),
  operation('POST', '/issuer/{issuer}/users', 'Add a user', {
    ok: json('The user', wire.user),
    no: { ...missing, ...wrong },
    request: { name: 'demo', email: 'demo@issuer.local', enabled: true },
    variables: { name: 'user' },
  }),
  operation('GET', '/issuer/{issuer}/users/{user}', 'A user', { ok: json('The user', wire.user), no: missing }),
  operation('POST', '/issuer/{issuer}/users/{user}', 'Change it', {
    ok: done,
    no: { ...missing, ...wrong },
    request: { enabled: true },
  }),
  operation('DELETE', '/issuer/{issuer}/users/{user}', 'Delete it', { ok: done, no: missing }),
  operation('GET', '/issuer/{issuer}/users/{user}/totp', 'Its secret as a QR code', {
    ok: { description: 'The picture', media: 'image/png' },
    no: { ...missing, '403': no('Issuer or user is disabled') },
  }),
  operation('POST', '/issuer/{issuer}/users/{user}/totp', 'Validate a code, once', {
    ok: done,
    no: {
      ...missing,
      ...wrong,
      '401': no('No token or a wrong one, or a code that is wrong, used or one of too many'),
      '403': no('Issuer or user is disabled'),
    },
    request: { token: '123456' },
    variables: { token: 'tinyMfaCode' },
  }),
]

/** The door's addresses, for the documentation. */
export const tinyMfaOperations = [...systemOperations, ...issuerOperations, ...userOperations]
