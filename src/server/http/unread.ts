import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Failure } from '../../errors/failure.ts'
import { statusTexts } from './node-http.ts'
import { toProblem } from './problem.ts'
import { securityHeaders } from './security-headers.ts'

/** What a client hears whose request cannot be read. */
export interface UnreadWords {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Who owns the paths that begin so: what is broken there is answered in their words, else in the native API's. */
export interface PathOwner {
  readonly path: string
  readonly unread?: UnreadWords
}

/** An answer to a request that no route ever saw. */
export interface UnreadAnswer extends UnreadWords {
  readonly status: number
}

/** How long a client may go on sending what nobody reads. */
const lingerMs = 1000

/** The path and query a request names, also when it names a server before them (RFC 9112 section 3.2.2). */
export function pathIn(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '')
}

/** Answers a failure in the words of whoever owns the path. */
export function unreadAnswer(thrown: unknown, target: string, owners: readonly PathOwner[]): UnreadAnswer {
  const { status, problem } = toProblem(thrown)
  const path = pathIn(target)
  const words = owners.find((owner) => path.startsWith(owner.path))?.unread
  const { headers, body } = words ?? {
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problem),
  }
  return { status, headers: { ...securityHeaders, ...headers }, body }
}

/**
 * Answers on a connection whose bytes are no request, or end before the request does: a listener for `clientError`.
 *
 * @see https://nodejs.org/api/http.html#event-clienterror
 */
export function refuseUnreadable(owners: readonly PathOwner[]): (error: Error, socket: Duplex) => void {
  return (error, socket) => {
    if (socket.writableEnded) return
    const answer = answerUnderWay(socket)
    // What has begun cannot be said anew, and who is gone hears nothing.
    if (!socket.writable || answer?.headersSent === true) return void socket.destroy()
    const target = answer?.req.url ?? targetIn(error)
    const { status, headers, body } = unreadAnswer(failureOf(error), target, owners)
    const fields = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' }
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
    const head = [`HTTP/1.1 ${status} ${statusTexts[status] ?? ''}`, ...lines, '', ''].join('\r\n')
    socket.end(head + body)
    destroyLater(socket)
  }
}

// Closing while bytes still come in would reset the connection, and take the answer with it.
function destroyLater(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(timer))
}

/** The answer to a request whose head was read; Node.js hands over the connection alone, which knows it. */
function answerUnderWay(socket: Duplex): ServerResponse | null {
  return '_httpMessage' in socket ? (socket._httpMessage as ServerResponse | null) : null
}

/** What a request line names, as far as the bytes that came begin with one. */
function targetIn(error: Error): string {
  const packet = 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : ''
  return /^\S+ (\S+)/.exec(packet)?.[1] ?? ''
}

function failureOf(error: Error): Failure {
  switch ('code' in error ? error.code : '') {
    case 'HPE_HEADER_OVERFLOW':
      return new Failure('request_head_too_large')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Failure('body_too_large')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Failure('request_too_slow')
    default:
      return new Failure('bad_request', { detail: { reason: 'it cannot be read' } })
  }
}
