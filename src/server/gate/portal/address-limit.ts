import { sourceNetwork } from '../../http/address.ts'

/** Failed logins one network may have at once, and how quickly it earns new ones. */
export interface AddressRule {
  readonly burst: number
  readonly refillMs: number
}

export const usualAddressRule: AddressRule = { burst: 20, refillMs: 6000 }

/** Networks remembered at most; the oldest are forgotten first. */
const maxNetworks = 50_000

interface Bucket {
  failures: number
  atMs: number
}

/**
 * Failed logins per network (IPv6 by /64), so that one machine cannot try everybody's names. Counted beside the
 * budget of each person, which no change of address resets (P19, P21).
 */
export class AddressLimit {
  readonly #buckets = new Map<string, Bucket>()
  readonly #rule: AddressRule

  constructor(rule: AddressRule = usualAddressRule) {
    this.#rule = rule
  }

  /** Milliseconds this address has to wait, 0 when it may try. */
  waitMs(address: string, nowMs: number): number {
    const failures = this.#level(sourceNetwork(address), nowMs)
    return failures < this.#rule.burst ? 0 : Math.ceil((failures - this.#rule.burst + 1) * this.#rule.refillMs)
  }

  /** Charges a failed login. */
  charge(address: string, nowMs: number): void {
    const network = sourceNetwork(address)
    const failures = this.#level(network, nowMs) + 1
    this.#buckets.delete(network)
    this.#buckets.set(network, { failures, atMs: nowMs })
    if (this.#buckets.size > maxNetworks) this.#buckets.delete(this.#buckets.keys().next().value ?? '')
  }

  #level(network: string, nowMs: number): number {
    const bucket = this.#buckets.get(network)
    if (bucket === undefined) return 0
    return Math.max(0, bucket.failures - (nowMs - bucket.atMs) / this.#rule.refillMs)
  }
}
