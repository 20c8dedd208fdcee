import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, BlockList, isIPv6, type Socket, SocketAddress } from 'node:net'
import { endianness } from 'node:os'

/** One end of a connection. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** Whose program is at the other end: a user's, nobody's who is still there, or unknown where the system does not say. */
export type PeerUser = number | 'gone' | 'unknown'

/** What another user of this computer is told. */
export const strangerSentence =
  'This page answers only to the user of this computer who started it. Open its link in a browser of that user.'

/**
 * Notes for each connection of a server whether a program of its own user made it, or one of root's.
 *
 * A page that only its owner may use is opened through an address, and every user of a computer can read what address a
 * browser is started with. Linux keeps a table of whose each connection is. Root may read our memory anyhow, and
 * relays such as that of WSL run as root.
 *
 * Where no table tells (macOS, Windows), and for a page that listens for more than this computer, as behind a
 * container's published port, every connection passes: there the address is a secret that works once, and no more.
 *
 * @returns whether a socket of this server may be answered
 */
export function ownConnectionsOf(
  server: Server,
  env: Readonly<Record<string, string | undefined>>,
): (socket: Socket) => boolean {
  const own = new WeakSet<Socket>()
  // At once: a connection that has ended is nobody's.
  server.on('connection', (socket) => {
    if (!isLoopback((server.address() as AddressInfo).address) || isOwn(socket, ownUsers(env))) own.add(socket)
  })
  return (socket) => own.has(socket)
}

function isOwn({ localAddress, localPort, remoteAddress, remotePort }: Socket, users: readonly number[]): boolean {
  if (localAddress === undefined || localPort === undefined) return false
  if (remoteAddress === undefined || remotePort === undefined) return false
  const connection = [
    { address: localAddress, port: localPort },
    { address: remoteAddress, port: remotePort },
  ] as const
  const found = peerUser(readTables(), ...connection)
  // A table that changes while it is read may miss a line.
  const user = found === 'gone' ? peerUser(readTables(), ...connection) : found
  return user === 'unknown' || (user !== 'gone' && users.includes(user))
}

/** Ourselves, root, and whoever became root to start us. */
function ownUsers(env: Readonly<Record<string, string | undefined>>): number[] {
  const ourselves = process.getuid?.() ?? 0
  return ourselves === 0 ? [0, Number(env['SUDO_UID'] ?? 0)] : [ourselves, 0]
}

function isLoopback(address: string): boolean {
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8)
  loopback.addAddress('::1', 'ipv6')
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

function readTables(): string {
  const read = (path: string) => {
    try {
      return readFileSync(path, 'latin1')
    } catch {
      return ''
    }
  }
  return ['/proc/net/tcp', '/proc/net/tcp6'].map(read).join('\n')
}

const listening = '0A'

/**
 * The user of a connection's other end.
 *
 * @param tables - `/proc/net/tcp` and `/proc/net/tcp6`: after the number of the line `local_address rem_address st
 *   tx:rx tr:when retrnsmt uid timeout inode`, the addresses as words in the machine's byte order
 * @param own - our end
 * @param peer - the end of whoever called
 * @returns unknown where the tables do not show even that we listen; gone also for a socket that its program closed,
 *   which has no inode and stands there as root's
 */
export function peerUser(tables: string, own: Endpoint, peer: Endpoint): PeerUser {
  const rows = tables.split('\n').map((line) => line.trim().split(/\s+/))
  const ourPort = portText(own)
  if (!rows.some(([, local = '', , state]) => state === listening && local.endsWith(ourPort))) return 'unknown'
  const row = rows.find(([, local = '', remote = '']) => isAt(local, peer) && isAt(remote, own))
  const [user, inode] = [row?.[7], row?.[9]]
  return user === undefined || inode === undefined || inode === '0' ? 'gone' : Number(user)
}

function isAt(written: string, endpoint: Endpoint): boolean {
  if (!written.endsWith(portText(endpoint))) return false
  return readAddress(written.split(':')[0] ?? '') === plainAddress(endpoint.address)
}

function portText({ port }: Endpoint): string {
  return `:${port.toString(16).toUpperCase().padStart(4, '0')}`
}

function readAddress(hex: string): string {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, 'hex'))
  const bytes = Buffer.concat(endianness() === 'LE' ? words.map((word) => word.toReversed()) : words)
  if (bytes.length === 4) return [...bytes].join('.')
  return plainAddress((bytes.toString('hex').match(/.{4}/g) ?? []).join(':'))
}

/** One spelling for each address; an IPv4 address that an IPv6 socket holds is the IPv4 address. */
function plainAddress(address: string): string {
  const plain = isIPv6(address) ? new SocketAddress({ address, family: 'ipv6' }).address : address
  return plain.replace(/^::ffff:(?=[\d.]+$)/, '')
}
