import { BlockList, isIP } from 'node:net'

/** Builds the set of proxies whose forwarded headers count, from CIDR notation or single addresses. */
export function trustedProxyList(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

/**
 * The client's address: from the peer back over `X-Forwarded-For`, right to left, to the first hop that
 * is not a trusted proxy (T60). Without trusted proxies the header is ignored.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: BlockList): string {
  let address = plain(peer)
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(',').map((hop) => hop.trim())
  while (hops.length > 0 && isTrusted(address, trusted)) {
    const hop = plain(hops.pop() ?? '')
    if (isIP(hop) === 0) return address
    address = hop
  }
  return address
}

/** Whether an address is one of our proxies. A unix socket has no address and is always ours. */
export function isTrusted(address: string, trusted: BlockList): boolean {
  const family = isIP(address)
  if (family === 0) return address === ''
  return trusted.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** The network a guess is counted under: IPv4 by address, IPv6 by /64 (law 5). */
export function sourceNetwork(address: string): string {
  const given = plain(address)
  if (isIP(given) !== 6) return given
  const groups = expandIpv6(given)
  return `${groups.slice(0, 4).join(':')}::/64`
}

function expandIpv6(address: string): string[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array.from({ length: missing }, () => '0'), ...right].map((group) =>
    group.toLowerCase().replace(/^0+(?=.)/, ''),
  )
}

/**
 * An address without its disguise: an IPv4 client on a dual-stack socket shows as `::ffff:192.0.2.7`, also spelled
 * `::ffff:c000:207`, and is the same client (RFC 4291 section 2.5.5.2).
 */
function plain(address: string): string {
  const [, usual] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (usual !== undefined) return usual
  // Nearly every other address ends here: one of this kind begins with zeros.
  if (!/^[0:]/.test(address) || isIP(address) !== 6) return address
  return mappedBytes(address)?.join('.') ?? address
}

// The URL parser writes every spelling of an IPv6 address in one way.
function mappedBytes(address: string): number[] | null {
  const [bare = ''] = address.split('%')
  const words = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/.exec(new URL(`http://[${bare}]`).hostname)
  if (words === null) return null
  const [high, low] = [Number.parseInt(words[1] ?? '', 16), Number.parseInt(words[2] ?? '', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255]
}
