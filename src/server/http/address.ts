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
  let address = plainAddress(peer)
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(',').map((hop) => hop.trim())
  while (hops.length > 0 && isTrusted(address, trusted)) {
    const hop = plainAddress(hops.pop() ?? '')
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

/**
 * The network a guess is counted under: IPv4 by address, IPv6 by /64 (law 5).
 *
 * Behind a translator (NAT64, SIIT) all of IPv4 shares one /64, so its clients are counted singly. 6to4 and Teredo are
 * out of use (RFC 7526) and networks like any other.
 */
export function sourceNetwork(address: string): string {
  const given = plainAddress(address)
  if (isIP(given) !== 6) return given
  const translated = /^0*64:ff9b:/i.test(given) ? translatedClient(hexGroups(given)) : null
  if (translated !== null) return translated
  const groups = expandIpv6(given)
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** Who is behind an address of one of the prefixes for translators; null for any other. */
function translatedClient(groups: readonly string[]): string | null {
  const [, , third, ...rest] = groups
  // RFC 6052 section 2.1: 64:ff9b::/96 and the IPv4 address, which may also come without a translator.
  if (third === '0' && rest.slice(0, 3).every((group) => group === '0')) return ipv4Of(rest[3], rest[4])
  // RFC 8215: the operator divides 64:ff9b:1::/48, so where the IPv4 address stands in it nobody can tell.
  return third === '1' ? groups.join(':') : null
}

// The URL parser writes every spelling of an IPv6 address in one way.
function hexGroups(address: string): string[] {
  const [bare = ''] = address.split('%')
  return expandIpv6(new URL(`http://[${bare}]`).hostname.slice(1, -1))
}

function ipv4Of(high = '0', low = '0'): string {
  const [left, right] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [left >> 8, left & 255, right >> 8, right & 255].join('.')
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
export function plainAddress(address: string): string {
  const [, usual] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (usual !== undefined) return usual
  // Nearly every other address ends here: one of this kind begins with zeros.
  if (!/^[0:]/.test(address) || isIP(address) !== 6) return address
  const groups = hexGroups(address)
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff'
  return isMapped ? ipv4Of(groups[6], groups[7]) : address
}
