import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { Failure } from '../../errors/failure.ts'
import { createHttpServer, createTlsServer, listenerOptions } from './node-http.ts'
import { type PathOwner, type UnreadAnswer, unreadAnswer } from './unread.ts'

/** What a listener needs besides its handler. */
export interface ListenerParts {
  /** Who answers in which words what no route sees. */
  readonly owners: readonly PathOwner[]
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
}

/**
 * A server of which every answer is ours. What names no host (RFC 9112 section 3.2) or expects the unknown (RFC 9110
 * section 10.1.1) Node.js would answer by itself, without a word of what is wrong.
 *
 * Whoever reset the connection right behind a request is gone, and with them their address. Nobody waits for that
 * answer, and without an address they would pass for a proxy at a unix socket, whose word on addresses counts (T60).
 */
export function createListener(handler: RequestListener, { owners, tls }: ListenerParts): Server {
  const refuse = (request: IncomingMessage, response: ServerResponse, failure: Failure) => {
    response.setHeader('connection', 'close')
    refuseUnread(response, unreadAnswer(failure, request.url ?? '', owners))
  }
  const listener: RequestListener = (request, response) => {
    if (request.socket.remoteAddress === undefined && typeof server.address() !== 'string') request.socket.destroy()
    else if (!namesOneHost(request)) refuse(request, response, namesNoHost)
    else handler(request, response)
  }
  const options = { ...listenerOptions, requireHostHeader: false }
  const server =
    tls === undefined ? createHttpServer(options, listener) : createTlsServer({ ...options, ...tls }, listener)
  return server.on('checkExpectation', (request, response) =>
    refuse(request, response, new Failure('expectation_unknown')),
  )
}

const namesNoHost = new Failure('bad_request', { detail: { reason: 'it has no Host header, or several' } })

// HTTP/1.0 may leave it out.
function namesOneHost({ headers: { host }, httpVersion }: IncomingMessage): boolean {
  return host === undefined ? httpVersion !== '1.1' : !host.includes(',')
}

/** Answers a request that no route ever saw. */
export function refuseUnread(response: ServerResponse, { status, headers, body }: UnreadAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
}
