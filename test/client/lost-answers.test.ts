import type { RequestListener, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readAccount } from '../../src/api/accounts.ts'
import { connect, createClient } from '../../src/client/index.ts'
import { pause } from '../../src/client/pause.ts'
import { listenOnLoopback } from '../support/loopback.ts'

const verdict = '{"accepted":true,"step":7}'
const held = {
  type: 'urn:watchword:problem:reveal_lease_held',
  title: 'Ana holds the code.',
  status: 409,
  code: 'reveal_lease_held',
  retryAfterMs: 600_000,
}

/** Announces the whole verdict and sends half of it. */
function sendHalf(response: ServerResponse, afterwards = () => {}, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': verdict.length })
  response.write(verdict.slice(0, 10), afterwards)
}

function sendCut(response: ServerResponse, status = 200): void {
  sendHalf(response, () => response.destroy(), status)
}

function sendHtml(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>It is away</h1>')
}

/** Short enough to wait for, long enough for an answer that comes on a busy machine. */
const patienceMs = 4000

/** Fails `lost` times in one way, then accepts. */
async function unsteady(fail: RequestListener, lost = 2, timeoutMs = 30_000) {
  const keys: unknown[] = []
  const baseUrl = await listenOnLoopback((request, response) => {
    keys.push(request.headers['idempotency-key'])
    request.resume()
    if (keys.length <= lost) return fail(request, response)
    response.writeHead(200, { 'content-type': 'application/json' }).end(verdict)
  })
  const watchword = connect({ baseUrl, timeoutMs, delay: () => Promise.resolve() })
  return { keys, watchword, verify: () => watchword.verify('r', 's', '000000') }
}

describe('an answer lost on the way', () => {
  it.each<[string, RequestListener, number?]>([
    ['is cut', (_, response) => sendCut(response)],
    ['stalls', (_, response) => sendHalf(response), patienceMs],
    ['of an error is cut', (_, response) => sendCut(response, 500)],
    ['is a 502 of a proxy', (_, response) => sendHtml(response, 502)],
    ['is a 503 of a proxy', (_, response) => sendHtml(response, 503)],
    ['is a 504 of a proxy', (_, response) => sendHtml(response, 504)],
  ])('is asked for again under the same key when it %s', async (_name, fail, timeoutMs) => {
    const { keys, verify } = await unsteady(fail, 2, timeoutMs)
    expect(await verify()).toEqual({ accepted: true, step: 7 })
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
  })

  it.each<[string, string, RequestListener, number?]>([
    ['cut', 'client_answer_cut', (_, response) => sendCut(response)],
    ['slow', 'client_timed_out', (_, response) => sendHalf(response), patienceMs],
    ["a proxy's", 'client_answer_unreadable', (_, response) => sendHtml(response, 502)],
  ])('is told as %s after three attempts', async (_name, code, fail, timeoutMs) => {
    const { keys, verify } = await unsteady(fail, 9, timeoutMs)
    await expect(verify()).rejects.toMatchObject({ code })
    expect(keys).toHaveLength(3)
  })

  it('is not asked for again where nobody said that it may be', async () => {
    const { keys, watchword } = await unsteady((_, response) => sendCut(response))
    await expect(watchword.accounts.read('a')).rejects.toMatchObject({ code: 'client_answer_cut' })
    expect(keys).toHaveLength(1)
  })

  it('is not asked for again when it is a page of somebody else', async () => {
    const { keys, verify } = await unsteady((_, response) => sendHtml(response, 404))
    await expect(verify()).rejects.toMatchObject({ code: 'client_answer_unreadable' })
    expect(keys).toHaveLength(1)
  })
})

describe('a cancelled call', () => {
  it('ends while its answer is read', async () => {
    const cancel = new AbortController()
    const baseUrl = await listenOnLoopback((_, response) => sendHalf(response))
    const client = createClient({ baseUrl })
    const call = client.call(readAccount, { params: { account: 'a' } }, { signal: cancel.signal })
    setTimeout(() => cancel.abort(), 100)
    await expect(call).rejects.toMatchObject({ code: 'client_cancelled' })
  })

  it('ends while it waits for its turn', async () => {
    const cancel = new AbortController()
    const baseUrl = await listenOnLoopback((request, response) => {
      request.resume()
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(held))
      setTimeout(() => cancel.abort(), 50)
    })
    const call = connect({ baseUrl }).reveal('a', { patient: true, signal: cancel.signal })
    await expect(call).rejects.toMatchObject({ code: 'client_cancelled' })
  })

  it('ends between two attempts, and sends no second', async () => {
    const cancel = new AbortController()
    const asked: unknown[] = []
    const baseUrl = await listenOnLoopback((request) => {
      asked.push(request.url)
      request.socket.destroy()
      setTimeout(() => cancel.abort(), 50)
    })
    const call = connect({ baseUrl }).verify('r', 's', '000000', { signal: cancel.signal })
    await expect(call).rejects.toMatchObject({ code: 'client_cancelled' })
    expect(asked).toHaveLength(1)
  })

  it('never begins to wait', async () => {
    await expect(pause(600_000, AbortSignal.abort())).rejects.toMatchObject({ code: 'client_cancelled' })
    await expect(pause(1)).resolves.toBeUndefined()
  })
})

it('takes options that are undefined for options left out', async () => {
  const { keys, watchword } = await unsteady((request) => void request.socket.destroy(), 1)
  const none = { idempotencyKey: undefined, timeoutMs: undefined, signal: undefined, source: undefined }
  expect(await watchword.verify('r', 's', '000000', none)).toEqual({ accepted: true, step: 7 })
  expect(keys).toEqual([expect.any(String), keys[0]])
})
