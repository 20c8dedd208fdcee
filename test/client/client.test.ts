import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { listAccounts, readAccount, revealCode, setFavourite } from '../../src/api/accounts.ts'
import { verifyCode } from '../../src/api/subjects.ts'
import { createClient, isRefusal } from '../../src/client/index.ts'
import { isFailure } from '../../src/errors/failure.ts'
import { listenOnLoopback } from '../support/loopback.ts'

interface Heard {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

async function read(request: IncomingMessage): Promise<Heard> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
}

/** A server that answers one JSON document and remembers what it was asked. */
async function echo(answer: unknown, status = 200): Promise<{ baseUrl: string; heard: Heard[] }> {
  const heard: Heard[] = []
  const baseUrl = await listenOnLoopback((request, response) => {
    void read(request).then((one) => {
      heard.push(one)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(answer === undefined ? undefined : JSON.stringify(answer))
    })
  })
  return { baseUrl, heard }
}

const noDelay = { delay: () => Promise.resolve() }
const refusal = {
  type: 'urn:watchword:problem:x',
  title: 'Ana holds the code.',
  status: 409,
  code: 'account_lease_held',
}

describe('createClient', () => {
  it('sends token, body and an encoded path, and answers the body', async () => {
    const { baseUrl, heard } = await echo({ code: '123456', step: 1 })
    const client = createClient({ baseUrl: `${baseUrl}/`, token: 'a-token' })

    const answer = await client.call(revealCode, { params: { account: 'a/../b c' }, body: { minSeconds: 5 } })

    expect(answer.code).toBe('123456')
    expect(heard[0]).toMatchObject({
      method: 'POST',
      url: '/v1/accounts/a%2F..%2Fb%20c/reveal',
      body: '{"minSeconds":5}',
    })
    expect(heard[0]?.headers['authorization']).toBe('Bearer a-token')
  })

  it('never lets a parameter climb out of its segment', async () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:1' })
    for (const account of ['.', '..']) {
      expect(() => client.address(readAccount, { params: { account } })).toThrow(/no account named/)
      await expect(client.call(readAccount, { params: { account } })).rejects.toMatchObject({
        code: 'client_parameter_dots',
      })
    }
    // As the server hears it: URL parsers resolve even encoded dots.
    for (const account of ['...', '..%2F..', '%2e%2e', '../..', 'a/..', '.hidden', '\\..\\', '?', '#']) {
      const { pathname } = new URL(client.address(readAccount, { params: { account } }))
      expect(decodeURIComponent(pathname)).toBe(`/v1/accounts/${account}`)
      expect(pathname.split('/').length).toBe(4)
    }
    expect(() => client.address(readAccount, { params: { account: '' } })).toThrow(/needs the parameter account/)
  })

  it('leaves undefined out of the query', async () => {
    const { baseUrl, heard } = await echo({ items: [] })
    await createClient({ baseUrl }).call(listAccounts, { query: { search: 'aws & co', limit: 5 } })
    expect(heard[0]?.url).toBe('/v1/accounts?search=aws+%26+co&limit=5')
  })

  it('shows the anti-forgery token with changes only', async () => {
    const { baseUrl, heard } = await echo({ items: [] })
    const client = createClient({ baseUrl, csrfToken: () => 'forgery' })
    await client.call(listAccounts)
    await client.call(setFavourite, { params: { account: 'a' }, body: { favourite: true } })
    expect(heard.map(({ headers }) => headers['x-csrf-token'])).toEqual([undefined, 'forgery'])
  })

  it('throws a refusal with the sentence, the code and the wait of the server', async () => {
    const { baseUrl } = await echo({ ...refusal, retryAfterMs: 1500 }, 409)
    const thrown: unknown = await createClient({ baseUrl })
      .call(revealCode, { params: { account: 'a' }, body: {} })
      .catch((error: unknown) => error)
    expect(isRefusal(thrown, 'account_lease_held')).toBe(true)
    expect(thrown).toMatchObject({ message: 'Ana holds the code.', status: 409, retryAfterMs: 1500 })
  })

  it('does not take an answer that is not ours for one', async () => {
    const baseUrl = await listenOnLoopback(
      (_request, response) => void response.writeHead(502).end('<h1>Bad Gateway</h1>'),
    )
    await expect(createClient({ baseUrl }).call(listAccounts)).rejects.toMatchObject({
      code: 'client_answer_unreadable',
    })
  })

  it('gives up after its time and says so', async () => {
    const baseUrl = await listenOnLoopback(() => {})
    const call = createClient({ baseUrl, timeoutMs: 50 }).call(listAccounts)
    await expect(call).rejects.toMatchObject({ code: 'client_timed_out' })
  })

  it('tells a cancelled call from a slow one', async () => {
    const baseUrl = await listenOnLoopback(() => {})
    const cancel = new AbortController()
    const call = createClient({ baseUrl }).call(listAccounts, {}, { signal: cancel.signal })
    cancel.abort()
    await expect(call).rejects.toMatchObject({ code: 'client_cancelled' })
  })
})

describe('retries', () => {
  /** Drops the first `lost` connections, then accepts. */
  async function unsteady(lost: number): Promise<{ baseUrl: string; keys: (string | undefined)[] }> {
    const keys: (string | undefined)[] = []
    const baseUrl = await listenOnLoopback((request, response) => {
      keys.push(request.headers['idempotency-key'] as string | undefined)
      if (keys.length <= lost) return void request.socket.destroy()
      request.resume()
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"accepted":true,"step":7}')
    })
    return { baseUrl, keys }
  }
  const input = { params: { realm: 'r', subject: 's' }, body: { code: '000000' } }

  it('sends a lost request again under the same Idempotency-Key', async () => {
    const { baseUrl, keys } = await unsteady(2)
    const answer = await createClient({ baseUrl, ...noDelay }).call(verifyCode, input, { idempotencyKey: 'k1' })
    expect(answer).toEqual({ accepted: true, step: 7 })
    expect(keys).toEqual(['k1', 'k1', 'k1'])
  })

  it('stops after three attempts', async () => {
    const { baseUrl, keys } = await unsteady(9)
    const call = createClient({ baseUrl, ...noDelay }).call(verifyCode, input, { idempotencyKey: 'k1' })
    await expect(call).rejects.toSatisfy((error) => isFailure(error, 'client_server_unreachable'))
    expect(keys).toHaveLength(3)
  })

  it('never sends a request without an Idempotency-Key twice', async () => {
    const { baseUrl, keys } = await unsteady(1)
    await expect(createClient({ baseUrl, ...noDelay }).call(verifyCode, input)).rejects.toThrow(/cannot be reached/)
    expect(keys).toEqual([undefined])
  })

  it('does not repeat what the server refused', async () => {
    const { baseUrl, heard } = await echo(refusal, 409)
    const call = createClient({ baseUrl, ...noDelay }).call(verifyCode, input, { idempotencyKey: 'k1' })
    await expect(call).rejects.toSatisfy((error) => isRefusal(error))
    expect(heard).toHaveLength(1)
  })
})
