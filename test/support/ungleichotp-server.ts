import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'

/** What a client sent. */
export interface HeardRequest {
  readonly method: string
  readonly url: string
  readonly contentType: string | undefined
  readonly body: Record<string, string>
}

interface Entry {
  /** A word where the entry came through another door. */
  id: number | string
  name: string
  realm: string
  seed: string
}

/** A small server that answers as ungleichotp's manual says, for clients of its protocol. */
export interface UngleichOtpServer {
  /** The address of `…/ungleichotp/verify/`. */
  readonly verifyUrl: string
  readonly heard: HeardRequest[]
  readonly entries: Entry[]
}

/** Starts one with a caller `caller` of `ungleich-admin`; it stops when the test ends. */
export async function startUngleichOtp(seed: string): Promise<UngleichOtpServer> {
  const entries: Entry[] = [{ id: 1, name: 'caller', realm: 'ungleich-admin', seed }]
  const heard: HeardRequest[] = []
  const proves = (name: string | undefined, realm: string | undefined, token: string | undefined) => {
    const entry = entries.find((one) => one.name === name && one.realm === realm)
    // Seven steps, as the door takes them: on a busy machine a code is sent in one step and judged in the next.
    const steps = [-3, -2, -1, 0, 1, 2, 3]
    const codeAt = (step: number, seed: string) => totp(decodeBase32(seed), Date.now() + step * 30_000)
    return entry !== undefined && steps.some((step) => codeAt(step, entry.seed) === token)
  }
  const answer = (method: string, path: URL, body: Record<string, string>): [number, unknown] => {
    const [name, realm, token] =
      'auth_name' in body
        ? [body['auth_name'], body['auth_realm'], body['auth_token']]
        : [body['name'], body['realm'], body['token']]
    if (!proves(name, realm, token)) return [403, { detail: 'Incorrect authentication credentials.' }]
    if (path.pathname === '/ungleichotp/verify/') {
      if ((body['verifyname'] ?? '').length > 128) {
        return [400, { verifyname: ['Ensure this field has no more than 128 characters.'] }]
      }
      const isVerified = proves(body['verifyname'], body['verifyrealm'], body['verifytoken'])
      return isVerified
        ? [200, { status: 'OK' }]
        : [403, { detail: 'You do not have permission to perform this action.' }]
    }
    const id = /^\/ungleichotp\/([^/]+)\/$/.exec(path.pathname)?.[1]
    const index = entries.findIndex((entry) => String(entry.id) === id)
    const found = entries[index]
    switch (method) {
      case 'POST': {
        const entry = { id: entries.length + 1, name: body['name'] ?? '', realm: body['realm'] ?? '', seed }
        entries.push(entry)
        return [201, entry]
      }
      case 'GET': {
        const wanted = path.searchParams
        const listed = entries.filter((entry) => !wanted.has('name') || wanted.get('name') === entry.name)
        return id === undefined ? [200, listed] : found === undefined ? [404, { detail: 'Not found.' }] : [200, found]
      }
      case 'PUT':
        if (found === undefined) return [404, { detail: 'Not found.' }]
        Object.assign(found, { name: body['name'], realm: body['realm'] })
        return [200, found]
      default:
        if (found === undefined) return [404, { detail: 'Not found.' }]
        entries.splice(index, 1)
        return [204, undefined]
    }
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, string>
      const { method = '', url = '/' } = request
      heard.push({ method, url, contentType: request.headers['content-type'], body })
      const [status, document] = answer(method, new URL(url, 'http://localhost'), body)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(document === undefined ? undefined : JSON.stringify(document))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { verifyUrl: `http://127.0.0.1:${port}/ungleichotp/verify/`, heard, entries }
}
