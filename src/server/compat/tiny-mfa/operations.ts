import type { DoorOperation } from '../../http/openapi.ts'

const tag = 'tiny-mfa'
const outcome = '{"success": true, "message": "…"}'
const refused = { '401': 'No token, or one that opens something else' }
const missing = { ...refused, '404': 'No such issuer or user' }
const wrong = { '400': 'What is wrong, as {"success": false, "message"}' }

function operation(
  method: string,
  path: string,
  summary: string,
  answers: DoorOperation['answers'],
  request?: object,
  variables?: DoorOperation['variables'],
): DoorOperation {
  return {
    method,
    path: `/api/v1${path}`,
    tag,
    summary,
    answers,
    caller: path === '/health' ? 'anybody' : 'tinyMfa',
    ...(request === undefined ? {} : { request }),
    ...(variables === undefined ? {} : { variables }),
  }
}

const issuer = '{"id", "name", "contact", "enabled", "token_length"}'
const user = '{"id", "name", "email", "issuer", "enabled"}'

/** The door's addresses, for the documentation. */
export const tinyMfaOperations: readonly DoorOperation[] = [
  operation('GET', '/health', 'Whether the door is open', { '200': outcome }),
  operation('GET', '/system/configuration', 'The configuration', { '200': 'The configuration', ...refused }),
  operation(
    'POST',
    '/system/configuration',
    'Change it',
    { '200': 'The configuration', ...refused, ...wrong },
    {
      http_port: 57_687,
      deny_limit: 5,
      verify_tokens: true,
    },
  ),
  operation('GET', '/system/oidc', 'OpenID Connect settings', { '200': 'The settings, the secret masked', ...refused }),
  operation(
    'POST',
    '/system/oidc',
    'Keep them as a draft',
    { '200': 'The settings', ...refused, ...wrong },
    {
      enabled: true,
      'client-id': 'tiny-mfa',
      'client-secret': 'secret',
      'discovery-url': 'https://login.example.com',
    },
  ),
  operation('GET', '/system/qrcode', 'Colours of QR codes', { '200': 'Two colours', ...refused }),
  operation(
    'POST',
    '/system/qrcode',
    'Change them',
    { '200': 'Two colours', ...refused, ...wrong },
    {
      'qrcode-bgcolor': { red: 255, green: 255, blue: 255, alpha: 255 },
      'qrcode-fgcolor': { red: 0, green: 0, blue: 0, alpha: 255 },
    },
  ),
  operation('GET', '/system/audit', 'Validations; before and after as YYYY-MM-DD:HH:MM:SS', {
    '200': '[{"id", "issuer", "user", "message", "result", "date"}]',
    ...refused,
  }),
  operation('GET', '/issuer', 'Issuers', { '200': `[${issuer}]`, ...refused }),
  operation(
    'POST',
    '/issuer',
    'Make an issuer and its first token',
    { '200': `{"issuer": ${issuer}, "token"}`, ...wrong },
    {
      name: 'issuer.local',
      contact: 'admin@issuer.local',
      token_length: 6,
      enabled: true,
    },
    { name: 'issuer' },
  ),
  operation('GET', '/issuer/{issuer}', 'An issuer', { '200': issuer, ...missing }),
  operation('POST', '/issuer/{issuer}', 'Change it', { '200': outcome, ...missing, ...wrong }, { enabled: true }),
  operation('DELETE', '/issuer/{issuer}', 'Delete it with users and tokens', { '200': outcome, ...missing }),
  operation('GET', '/issuer/{issuer}/token', 'Its tokens', {
    '200': '[{"id", "description", "created_on", "last_access_time"}]',
    ...missing,
  }),
  operation(
    'POST',
    '/issuer/{issuer}/token',
    'Mint a token, shown once',
    { '200': '{"message", "token"}', ...wrong },
    {
      description: 'shop 1',
    },
  ),
  operation('DELETE', '/issuer/{issuer}/token/{token}', 'End a token', { '200': outcome, ...missing }),
  operation('GET', '/issuer/{issuer}/users', 'Its users', { '200': `[${user}]`, ...missing }),
  operation(
    'POST',
    '/issuer/{issuer}/users',
    'Add a user',
    { '200': user, ...missing, ...wrong },
    {
      name: 'demo',
      email: 'demo@issuer.local',
      enabled: true,
    },
    { name: 'user' },
  ),
  operation('GET', '/issuer/{issuer}/users/{user}', 'A user', { '200': user, ...missing }),
  operation(
    'POST',
    '/issuer/{issuer}/users/{user}',
    'Change it',
    { '200': outcome, ...missing, ...wrong },
    {
      enabled: true,
    },
  ),
  operation('DELETE', '/issuer/{issuer}/users/{user}', 'Delete it', { '200': outcome, ...missing }),
  operation('GET', '/issuer/{issuer}/users/{user}/totp', 'Its secret as a QR code', { '200': 'A PNG', ...missing }),
  operation(
    'POST',
    '/issuer/{issuer}/users/{user}/totp',
    'Validate a code, once',
    { '200': outcome, ...missing, ...wrong, '403': 'Issuer or user is disabled' },
    { token: '123456' },
    { token: 'tinyMfaCode' },
  ),
]
