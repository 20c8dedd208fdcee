import type { Socket } from 'node:net'
import type { IncomingMessage } from 'node:http'
import type { BlockList } from 'node:net'
import type { PublicConfig } from '../http/services.ts'
import { clientAddress, isTrusted, plainAddress } from '../http/address.ts'

interface Peer {
  readonly address: string
  readonly isTrusted: boolean
}

/** The proxies of the gate: those that are named, else those on this machine. */
export function proxiesOf({ trustedProxies }: Pick<PublicConfig, 'trustedProxies'>): readonly string[] {
  return trustedProxies.length === 0 ? ['127.0.0.0/8', '::1'] : trustedProxies
}

/** Who is at the other end of a check's connection; asked once for each connection, for proxies keep theirs open. */
export class Peers {
  readonly #known = new WeakMap<Socket, Peer>()
  readonly #proxies: BlockList

  constructor(proxies: BlockList) {
    this.#proxies = proxies
  }

  /** Whether the peer is a proxy whose word on the visited URL counts (P1). */
  isProxy(request: IncomingMessage): boolean {
    return this.#peer(request).isTrusted
  }

  /**
   * The visitor's address as a proxy tells it: by `X-Forwarded-For`, from right to left (P19).
   *
   * @returns null where the proxy tells none: its own address is not the visitor's
   */
  visitorAddress(request: IncomingMessage): string | null {
    const forwarded = request.headers['x-forwarded-for']
    return forwarded === undefined ? null : clientAddress(this.#peer(request).address, String(forwarded), this.#proxies)
  }

  #peer(request: IncomingMessage): Peer {
    const { socket } = request
    const known = this.#known.get(socket)
    if (known !== undefined) return known
    const address = plainAddress(socket.remoteAddress ?? '')
    const peer = { address, isTrusted: isTrusted(address, this.#proxies) }
    this.#known.set(socket, peer)
    return peer
  }
}
