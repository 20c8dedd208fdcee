import { parseOtpauthUri } from '../../../src/otp/otpauth-uri.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { readQrCodes } from '../../../src/qr/read.ts'
import type { DoorOperation } from '../../../src/server/http/door-operation.ts'
import type { AllDoors } from './all-doors.ts'

type Headers = Readonly<Record<string, string>>

/** One request of a walk. */
export interface Attempt {
  readonly url: string
  readonly headers: Headers
  readonly body?: string | undefined
}

const jsonType = { 'content-type': 'application/json' }
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
/** A name that nothing has. */
const nobody = 'nobody'
const shop = '/api/v1/issuer/shop'

/** Everything that can be got wrong at an operation of go-tiny-mfa's door, on fresh things each time. */
export async function tinyMfaAttempts(doors: AllDoors, { method, path, request }: DoorOperation): Promise<Attempt[]> {
  const { tiny, json, app, clock } = doors
  await json('POST', '/api/v1/issuer', tiny, { name: 'shop', contact: 'a@shop.local', enabled: true })
  for (const [name, enabled] of [
    ['ada', true],
    ['off', false],
  ] as const) {
    await json('POST', `${shop}/users`, tiny, { name, email: `${name}@shop.local`, enabled })
  }
  const [token] = JSON.parse((await json('GET', `${shop}/token`, tiny)).body) as { id: string }[]
  const bodies: (string | undefined)[] = request === undefined ? [undefined] : [JSON.stringify(request), '{', '[]', '']
  if (method === 'POST' && path.endsWith('/totp')) {
    const picture = await app.inject({ url: `${shop}/users/ada/totp`, headers: tiny })
    const [uri = ''] = await readQrCodes(picture.rawPayload)
    clock.advance(30_000)
    bodies.unshift(JSON.stringify({ token: totp(parseOtpauthUri(uri).account.secret, clock.nowMs()) }))
  }
  const urls = filled(path, {
    issuer: ['shop', nobody],
    user: ['ada', 'off', nobody],
    token: [token?.id ?? '', '*', nobody],
  })
  const callers: Headers[] = [{}, { 'tiny-mfa-access-token': nobody }, tiny]
  return combined(urls, callers, bodies)
}

/** The same at ungleichotp's door, whose callers prove themselves in the body. */
export async function ungleichotpAttempts(doors: AllDoors, { path, request }: DoorOperation): Promise<Attempt[]> {
  const { json, clock } = doors
  clock.advance(30_000)
  const made = async (name: string, realm: string) => {
    await json('POST', '/ungleichotp/', {}, { ...doors.triple(), name, realm })
    const list = await json('GET', `/ungleichotp/?name=${name}&realm=${realm}`, {}, doors.triple())
    return (JSON.parse(list.body) as { id: number; seed: string }[])[0] ?? { id: 0, seed: '' }
  }
  const codeOf = ({ seed }: { seed: string }) => totp(decodeBase32(seed), clock.nowMs())
  const admin = doors.triple()
  const auth = await made('checker', 'ungleich-auth')
  const checker = { auth_name: 'checker', auth_realm: 'ungleich-auth', auth_token: codeOf(auth) }
  const dns = await made('dns', 'services')
  const fields = Object.fromEntries(Object.entries(request ?? {}).filter(([field]) => !isOwn(field, path)))
  const right = { verifyname: 'dns', verifyrealm: 'services', verifytoken: codeOf(dns) }
  const wishes = path.endsWith('/verify/') ? [right, fields, {}] : [fields, {}, { ...fields, realm: 'people' }]
  const bodies = [{}, checker].map((caller) => JSON.stringify({ ...fields, ...caller }))
  for (const wish of wishes) bodies.push(JSON.stringify({ ...admin, ...wish }))
  const urls = filled(path, { id: ['1', String(dns.id), nobody] })
  return [
    ...combined(urls, [jsonType], ['{', ...bodies]),
    ...combined(urls, [{ 'content-type': 'application/xml' }, { 'content-type': ';;;' }], ['<a/>']),
  ]
}

/** The same at totpshare's, for a stranger, tokens that may less and less, and a browser without the CSRF token. */
export async function totpshareAttempts(
  doors: AllDoors,
  { method, path, request, requestMedia }: DoorOperation,
  browser: Headers,
): Promise<Attempt[]> {
  const { root, json, rooms } = doors
  const mint = async (...scopes: string[]) => {
    const wish = { name: 'test', owner: 'service', scopes, createdBy: 'test' } as const
    const { text } = await rooms.core.storage.transaction((tx) => rooms.access.tokens.create(tx, wish))
    return { authorization: `Bearer ${text ?? ''}` }
  }
  const reader = await mint('reveal:*')
  const name = `${method} ${path}`
  const keys = [await addShared(doors, name, 'off'), await addShared(doors, `held ${name}`, 'exclusive')]
  await json('GET', `/secret/${keys[1]}`, reader)
  const urls = filled(path, { key: [...keys, nobody] })
  // Who takes a code away holds nothing yet: strangers and the powerless ask first.
  const callers: Headers[] = [{}, browser, await mint('admin'), reader, await mint('reveal:*'), root]
  if (request === undefined) return combined(urls, callers, [undefined])
  const whole = { ...request, id: name, key: 'KRSXG5CTMVRXEZLU', secret: 'KRSXG5CTMVRXEZLU' }
  const isForm = requestMedia === formType['content-type']
  const encoded = (body: object) =>
    isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body)
  const bodies = [encoded(whole), encoded(whole), encoded({})]
  const xml = { ...root, 'content-type': 'application/xml' }
  const typed = callers.map((caller) => ({ ...(isForm ? formType : jsonType), ...caller }))
  return [...combined(urls, typed, bodies), ...(path.includes('{') ? [] : combined(urls, [xml], ['<a/>']))]
}

/** Adds an account through the door; answers its key. */
async function addShared({ root, json }: AllDoors, id: string, lease: string): Promise<string> {
  const secret = Buffer.from(id.padEnd(24).slice(0, 24))
    .toString('hex')
    .toUpperCase()
    .replaceAll(/[^A-F]/g, 'B')
  const made = await json('POST', '/api/secrets', root, { id, display_name: 'Walk', key: secret })
  const { key } = JSON.parse(made.body) as { key: string }
  const { items } = JSON.parse((await json('GET', '/v1/accounts?limit=500', root)).body) as {
    items: { id: string; identifier: string }[]
  }
  const account = items.find(({ identifier }) => identifier === id)
  await json('PATCH', `/v1/accounts/${account?.id}`, root, { lease })
  return key
}

function isOwn(field: string, path: string): boolean {
  return field.startsWith('auth_') || (path.endsWith('/verify/') && !field.startsWith('verify'))
}

/** A path with every value of every name in it. */
function filled(path: string, values: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(values).reduce(
    (paths, [name, all]) =>
      paths.flatMap((one) => (one.includes(`{${name}}`) ? all.map((value) => one.replace(`{${name}}`, value)) : [one])),
    [path],
  )
}

function combined(
  urls: readonly string[],
  callers: readonly Headers[],
  bodies: readonly (string | undefined)[],
): Attempt[] {
  return urls.flatMap((url) => callers.flatMap((headers) => bodies.map((body) => ({ url, headers, body }))))
}
