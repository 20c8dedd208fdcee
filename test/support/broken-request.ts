import type { Address } from './known-routes.ts'
import type { SeededRandom } from './seeded-random.ts'

/** One request as bytes, and how to speak of it without its bytes. */
export interface BrokenRequest {
  readonly bytes: Buffer
  /** Stands in the request in several places; an error answer must not hold it (T54). */
  readonly marker: string
  readonly shape: string
  /** Node.js may end the connection of such a request without an answer of ours. */
  readonly mayBeCutOff: boolean
}

/** Addresses that no router knows: those of checks, which are answered before it, and of nobody. */
export const unrouted: readonly Address[] = [
  '/check/nginx',
  '/check/forward',
  '/check/ext-authz/{x}',
  '/check/{x}',
  '/auth/check',
  '/{x}',
  '/v1/{x}',
].map((path) => ({ method: 'GET', path }))

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']
const oddSegments = ['%00', '%2e%2e', '..', '.', '%2F', '%', '%zz', '%C0%AF', '%F0%9F%92%A9', '%0d%0aX:1', ' ', ';a=b']
const oddTypes = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/xml',
  'x',
  '',
  '*/*',
]
const oddHeaders = [
  'Content-Length: -1',
  'Transfer-Encoding: gzip, chunked',
  'Expect: 100-continue',
  'Host: [::1',
  'Host: a b',
  'X-Forwarded-For: 1.2.3.4, , ::ffff:999',
  'X-Forwarded-Proto: javascript',
  'Range: bytes=9-1',
  'Accept-Encoding: \u00ff',
  'Authorization: Basic ====',
  'Authorization: Bearer',
  'Cookie: watchword=; watchword=%; __Host-watchword_console=a=b=c; ;;',
  'If-None-Match: *',
  'Idempotency-Key: ',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Last-Event-ID: 99999999999999999999',
  'Sec-Fetch-Site: cross-site',
  'X-HTTP-Method-Override: DELETE',
]
const ownFields = 'name code username passphrase uri label secretBase32 scopes grants url'
const doorFields =
  'email contact token token_length enabled description user password auth_name auth_realm auth_token realm seed key'
const fieldNames = `${ownFields} ${doorFields}`.split(' ')
const queries = ['', '?', '?limit=-1', '?limit=1e9', '?cursor=%FF', '?a[b]=c&a=d', '?__proto__[x]=1', '?cursor=eyJ9']

/** The header a caller's token stands in: each door has its own. */
function tokenHeader(path: string, token: string): string {
  return path.startsWith('/api/v1/') ? `tiny-mfa-access-token: ${token}` : `Authorization: Bearer ${token}`
}

/** Takes one address of ours and breaks it: method, path, query, headers, body, or the HTTP itself. */
export function brokenRequest(
  random: SeededRandom,
  address: Address,
  rootToken: string,
  number: number,
): BrokenRequest {
  const marker = `zq${number.toString(36)}zq`
  const method = random.chance(6) ? random.pick(methods) : address.method
  const path = brokenPath(random, address.path, marker)
  const headers = ['Host: 127.0.0.1', 'Connection: close']
  if (!random.chance(4)) headers.push(tokenHeader(address.path, random.chance(8) ? marker : rootToken))
  for (let count = random.number(3); count > 0; count -= 1) headers.push(random.pick(oddHeaders))
  if (random.chance(12)) headers.push(`X-${marker}: ${'x'.repeat(random.number(70_000))}`)
  const body = method === 'GET' || random.chance(9) ? null : brokenBody(random, marker)
  if (body !== null) headers.push(`Content-Type: ${random.chance(5) ? random.pick(oddTypes) : 'application/json'}`)
  const isLengthWrong = body !== null && random.chance(20)
  if (body !== null) headers.push(`Content-Length: ${body.length + (isLengthWrong ? 5 : 0)}`)
  const head = `${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), body ?? Buffer.alloc(0)]),
    marker,
    shape: `${method} ${address.path} with ${headers
      .slice(2)
      .map((line) => line.replace(rootToken, 'TOKEN').slice(0, 40))
      .join(' | ')}`,
    mayBeCutOff:
      isLengthWrong || headers.some((line) => /^(Content-Length: -1|Transfer-Encoding|Expect|Upgrade)/.test(line)),
  }
}

function brokenPath(random: SeededRandom, path: string, marker: string): string {
  const filled = path.replaceAll(/\{\w+\}/g, () =>
    random.chance(3)
      ? random.pick(oddSegments).replaceAll(' ', '%20')
      : `${marker}${random.chance(20) ? 'y'.repeat(2000) : ''}`,
  )
  const changed = random.chance(10) ? `${filled}/${random.pick(oddSegments)}` : filled
  return changed + random.pick(queries) + (random.chance(15) ? `&q=${marker}` : '')
}

function brokenBody(random: SeededRandom, marker: string): Buffer {
  if (random.chance(10)) return Buffer.from(Array.from({ length: random.number(64) }, () => random.number(256)))
  const text = JSON.stringify(brokenValue(random, marker, 0)) ?? ''
  if (random.chance(8)) return Buffer.from(text.slice(0, random.number(text.length + 1)))
  if (random.chance(40)) return Buffer.from('['.repeat(20_000))
  if (random.chance(40)) return Buffer.from(`{"name":"${'a'.repeat(80_000)}"}`)
  return Buffer.from(text)
}

function brokenValue(random: SeededRandom, marker: string, depth: number): unknown {
  const kind = random.number(depth > 3 ? 8 : 11)
  if (kind >= 8) return brokenObject(random, marker, depth)
  const plain = [
    null,
    true,
    -1,
    1e308,
    '',
    marker,
    `\u0000\u202e${marker}`,
    `otpauth://totp/${marker}?secret=${marker}`,
  ]
  return plain[kind]
}

function brokenObject(random: SeededRandom, marker: string, depth: number): unknown {
  const values = Array.from({ length: random.number(5) }, () => brokenValue(random, marker, depth + 1))
  if (random.chance(4)) return values
  const names = [...fieldNames, '__proto__', 'constructor', marker, '']
  return Object.fromEntries(values.map((value) => [random.pick(names), value]))
}
