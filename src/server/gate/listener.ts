import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { chmodSync, lstatSync, rmSync } from 'node:fs'
import type { ListenOptions } from 'node:net'
import { Failure } from '../../errors/failure.ts'
import { createListener, refuseUnread } from '../http/listener.ts'
import { refuseUnreadable, unreadAnswer } from '../http/unread.ts'

/** What answers at the gate's listener. */
export interface GateHandlers {
  /** Checks; false when the request is none. */
  readonly check: (request: IncomingMessage, response: ServerResponse) => boolean
  /** The router, for the pages below `/auth/`. */
  readonly pages: (request: IncomingMessage, response: ServerResponse) => void
}

/**
 * Listens for proxies at an address or socket of its own, so that nothing but the gate is reached there.
 *
 * @param place - `HOST:PORT`, or `unix:` and a path; a unix socket is for its group alone
 * @throws {@link Failure} `gate_listen_invalid`
 */
export async function listenForGate(place: string, { check, pages }: GateHandlers): Promise<Server> {
  const options = listenOptions(place)
  const handler: RequestListener = (request, response) => {
    const { url = '' } = request
    if (check(request, response)) return
    if (url.startsWith('/auth/')) pages(request, response)
    else refuseUnread(response, unreadAnswer(new Failure('not_found'), url, []))
  }
  const server = createListener(handler, { owners: [] })
  server.on('clientError', refuseUnreadable([]))
  if (options.path !== undefined) removeStaleSocket(options.path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, resolve)
  })
  if (options.path !== undefined) chmodSync(options.path, 0o660)
  return server
}

function listenOptions(place: string): ListenOptions {
  if (place.startsWith('unix:/')) return { path: place.slice('unix:'.length) }
  const [, host, port] = /^(\[[0-9a-f:]+\]|[^:\s]+):(\d{1,5})$/i.exec(place) ?? []
  if (host === undefined || Number(port) > 65_535)
    throw new Failure('gate_listen_invalid', { detail: { address: place } })
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

// What a server that was killed left behind; anything but a socket stays.
function removeStaleSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path)
}
