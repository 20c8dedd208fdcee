import { readFileSync } from 'node:fs'
import * as undici from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { totp } from '../../src/otp/totp.ts'
import { readQrCodes } from '../../src/qr/read.ts'
import { doorOperations } from '../../src/server/doors.ts'
import { openApi } from '../../src/server/http/openapi.ts'
import {
  type Documented,
  type PostmanCollection,
  type PostmanRequest,
  postmanCollection,
} from '../../src/server/http/postman.ts'
import {
  createStore,
  initialise,
  runCommand,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../support/server.ts'

const shipped = JSON.parse(
  readFileSync(new URL('../../docs/watchword.postman_collection.json', import.meta.url), 'utf8'),
) as PostmanCollection

let store: TestStore
let server: TestServer
let rootToken: string

beforeAll(async () => {
  store = createStore()
  rootToken = initialise(store).rootToken
  server = await startTestServer(store.variables)
})
afterAll(async () => {
  await server.stop()
  store.remove()
})

describe('the Postman collection', () => {
  it('is the one the documented API makes; npm run postman writes it anew', () => {
    expect(shipped).toEqual(postmanCollection(openApi('', doorOperations) as Documented))
  })

  it('runs: every request is answered, by nothing a fault of ours', async () => {
    const variables = new Map(shipped.variable.map(({ key, value }) => [key, value]))
    variables.set('baseUrl', server.url).set('accessToken', rootToken).set('tinyMfaToken', rootToken)
    const requests = shipped.item.flatMap(({ item }) => item)
    expect(requests.length).toBeGreaterThan(120)

    const answered: [string, number][] = []
    for (const { request } of requests) {
      const { status } = await send(request, variables)
      answered.push([`${request.method} ${request.url}`, status])
    }
    expect(answered.filter(([, status]) => status >= 500)).toEqual([])
    expect(answered.filter(([, status]) => status < 300).length).toBeGreaterThan(20)
  })

  it('shows tokens of tiny-mfa in their own header, and callers of ungleichotp in the body', () => {
    for (const { request } of folder('tiny-mfa')) {
      const isHealth = request.url.endsWith('/health')
      const sent = request.header.filter(({ key }) => key === 'tiny-mfa-access-token').map(({ value }) => value)
      expect([request.url, request.auth, sent]).toEqual([
        request.url,
        { type: 'noauth' },
        isHealth ? [] : ['{{tinyMfaToken}}'],
      ])
    }
    for (const { request } of folder('ungleichotp')) {
      expect(request.auth).toEqual({ type: 'noauth' })
      expect(request.body?.raw).toMatch(/"(?:auth_)?token": "\{\{ungleichotpCode\}\}"/)
    }
  })

  it('runs tiny-mfa from top to bottom: what is made is read, validated and deleted', async () => {
    const { variables, run, unexpected } = runner({ tinyMfaToken: rootToken })
    for (const item of folder('tiny-mfa')) {
      if (item.request.body?.raw.includes('{{tinyMfaCode}}') === true) {
        const picture = await send(find('tiny-mfa', 'GET', '/totp'), variables)
        variables.set('tinyMfaCode', codeIn(await readQrCodes(picture.bytes)))
      }
      if (item.request.url.endsWith('/token/{{token}}')) {
        const listed = await send(find('tiny-mfa', 'GET', '/token'), variables)
        variables.set('token', (JSON.parse(listed.text) as { id: string }[])[0]?.id ?? '')
      }
      await run(item)
    }
    expect(unexpected).toEqual([])
  })

  it('runs ungleichotp from top to bottom with a caller of its own', async () => {
    const { stdout } = runCommand(['admin', 'ungleichotp', 'bootstrap', '--name', 'root', '--json'], store.variables)
    const admin = JSON.parse(stdout) as Entry
    const code = ({ seed }: Entry) => totp(decodeBase32(seed), Date.now())
    const { variables, run, unexpected } = runner({ ungleichotpName: admin.name, ungleichotpRealm: admin.realm })
    variables.set('ungleichotpCode', code(admin))
    // Makes the entry that is verified; its own request would make it a second time.
    const made = JSON.parse((await run(folder('ungleichotp')[0])).text) as Entry & { id: number }
    variables.set('id', String(made.id)).set('entryName', made.name).set('entryRealm', made.realm)
    variables.set('entryCode', code(made))
    for (const item of folder('ungleichotp').slice(1)) await run(item)
    expect(unexpected).toEqual([])
  })
})

interface Entry {
  readonly name: string
  readonly realm: string
  readonly seed: string
}

function folder(name: string): PostmanCollection['item'][number]['item'] {
  const found = shipped.item.find((item) => item.name === name)
  if (found === undefined) throw new Error(`the collection has no folder ${name}`)
  return found.item
}

function find(name: string, method: string, urlEnd: string): PostmanRequest['request'] {
  const found = folder(name).find(({ request }) => request.method === method && request.url.endsWith(urlEnd))
  if (found === undefined) throw new Error(`the collection has no ${method} ${urlEnd}`)
  return found.request
}

/** Sends requests with variables and keeps those that get another answer than the first their door documents. */
function runner(given: Readonly<Record<string, string>>) {
  const variables = new Map(shipped.variable.map(({ key, value }) => [key, value]))
  for (const [name, value] of Object.entries({ baseUrl: server.url, ...given })) variables.set(name, value)
  const unexpected: [string, number, string][] = []
  const run = async (item: PostmanRequest | undefined): Promise<Answer> => {
    if (item === undefined) throw new Error('the folder is empty')
    const answer = await send(item.request, variables)
    if (answer.status !== expectedOf(item.request)) unexpected.push([item.name, answer.status, answer.text])
    return answer
  }
  return { variables, run, unexpected }
}

/** The status of success that the door documents for a request. */
function expectedOf({ method, url }: PostmanRequest['request']): number {
  const path = url.replace('{{baseUrl}}', '').replaceAll(/\{\{(\w+)\}\}/g, '{$1}')
  const operation = doorOperations.find((door) => door.method === method && door.path === path)
  return Math.min(...Object.keys(operation?.answers ?? {}).map(Number))
}

function codeIn([uri = '']: readonly string[]): string {
  return totp(parseOtpauthUri(uri).account.secret, Date.now())
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly bytes: Buffer
}

/** Sends a request as Postman does, bodies of GET included, which fetch refuses. */
async function send(request: PostmanRequest['request'], variables: ReadonlyMap<string, string>): Promise<Answer> {
  const fill = (text: string) => text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => variables.get(name) ?? name)
  const bearer = request.auth === undefined ? { authorization: `Bearer ${fill('{{accessToken}}')}` } : {}
  const own = Object.fromEntries(request.header.map(({ key, value }) => [key, fill(value)]))
  const response = await undici.request(fill(request.url), {
    method: request.method as undici.Dispatcher.HttpMethod,
    headers: { ...bearer, ...own },
    body: request.body === undefined ? null : fill(request.body.raw),
  })
  // Some are streams without an end.
  const isStream = String(response.headers['content-type']).startsWith('text/event-stream')
  if (isStream) response.body.destroy()
  const bytes = isStream ? Buffer.alloc(0) : Buffer.from(await response.body.arrayBuffer())
  const text = bytes.toString()
  return { status: response.statusCode, text, bytes }
}
