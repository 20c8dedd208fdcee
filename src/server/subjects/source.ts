import { hash } from 'node:crypto'
import { isIP } from 'node:net'
import { sourceNetwork } from '../http/address.ts'

/** Where a guess comes from, as text: `address:192.0.2.7`, `device:…`, `named:…`. */
export type Source = string & { readonly brand: 'source' }

/** A client address; IPv6 counts by its /64, or one visitor would own 2^64 sources. */
export function addressSource(address: string): Source {
  return `address:${sourceNetwork(address)}` as Source
}

/** A device that kept the cookie we gave it. */
export function deviceSource(deviceId: string): Source {
  return `device:${deviceId}` as Source
}

/** A source a service names. An address is an address, whoever says it, so that all doors share its budget. */
export function namedSource(name: string): Source {
  return isIP(name) === 0 ? (`named:${name}` as Source) : addressSource(name)
}

/** What is stored of a source: hex of a keyed hash, so that a copied database tells no addresses. */
export function sourceHash(keyHex: string, source: Source): string {
  return hash('sha256', keyHex + source, 'hex').slice(0, 32)
}
