import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { Failure, isFailure } from '../errors/failure.ts'
import { listenForTinyMfa } from './compat/tiny-mfa/listener.ts'
import type { Config } from './config.ts'
import { listenForGate } from './gate/listener.ts'
import type { Rooms } from './rooms.ts'

/** Requests under way get this long when the server stops. */
const drainMs = 10_000

/** What the system says of an address that this machine does not have, or this user may not listen on. */
const unusable = new Set(['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'])

/**
 * Listens for everybody.
 *
 * @returns the address to reach it by, e.g. `http://127.0.0.1:8000`
 * @throws {@link Failure} `port_in_use`, `address_unusable`
 */
export async function listen(app: FastifyInstance, { host, hasTls }: Config, port: number): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (code === 'EADDRINUSE') throw new Failure('port_in_use', { detail: { port }, cause })
    if (unusable.has(code)) throw new Failure('address_unusable', { detail: { host, port }, cause })
    throw cause
  }
  return urlOf(app.server.address(), host, hasTls, port)
}

function urlOf(address: AddressInfo | string | null, host: string, hasTls: boolean, asked: number): string {
  const port = typeof address === 'object' && address !== null ? address.port : asked
  return `${hasTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * Opens the listeners that a configuration asks for beside the server's own: the door of go-tiny-mfa at its old port,
 * and the gate where only proxies reach it.
 *
 * @throws {@link Failure} `listener_unusable`, `gate_listen_invalid`; then none of them is open
 */
export async function listenBeside(app: FastifyInstance, rooms: Rooms, config: Config): Promise<Server[]> {
  const { host, tinyMfa, gateListen } = config
  const opened: Server[] = []
  const open = async (server: Promise<Server>, told: Readonly<Record<'what' | 'place' | 'setting', string>>) => {
    opened.push(await server.catch((cause: unknown) => Promise.reject(unusableListener(cause, told))))
  }
  try {
    if (tinyMfa.port !== null) {
      const told = { what: 'The door of go-tiny-mfa', place: `${host} port ${tinyMfa.port}` }
      await open(listenForTinyMfa(app, host, tinyMfa.port), { ...told, setting: 'WATCHWORD_TINYMFA_PORT' })
    }
    if (gateListen !== null) {
      const told = { what: 'The gate', place: gateListen, setting: 'WATCHWORD_GATE_LISTEN' }
      await open(listenForGate(gateListen, { check: rooms.gate.handle, pages: app.routing }), told)
    }
    return opened
  } catch (error) {
    for (const server of opened) server.close()
    throw error
  }
}

function unusableListener(cause: unknown, told: Readonly<Record<'what' | 'place' | 'setting', string>>): unknown {
  if (isFailure(cause) || !(cause instanceof Error)) return cause
  return new Failure('listener_unusable', { detail: { ...told, reason: cause.message }, cause })
}

/** Ends all listeners: no new connections, what is under way is answered, and what takes too long is cut off. */
export async function closeListeners(app: FastifyInstance, others: readonly Server[]): Promise<void> {
  const servers = [app.server, ...others]
  const closed = others.map((other) => new Promise((resolve) => other.close(resolve)))
  // A connection kept alive becomes idle only after its last answer.
  const idle = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), 100)
  const forced = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), drainMs)
  await Promise.all([app.close(), ...closed])
  clearTimeout(forced)
  clearInterval(idle)
}
