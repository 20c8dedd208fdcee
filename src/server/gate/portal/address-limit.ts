/** Failed logins one place may have at once, and how quickly it earns new ones. */
export interface AddressRule {
  readonly burst: number
  readonly refillMs: number
}

export const usualAddressRule: AddressRule = { burst: 20, refillMs: 6000 }

/** Places remembered at most; the oldest are forgotten first. */
const maxPlaces = 50_000

interface Bucket {
  failures: number
  atMs: number
}

/**
 * Failed logins per place (a network, IPv6 by /64, or a browser), so that one machine cannot try everybody's names. Counted beside the
 * budget of each person, which no change of address resets (P19, P21).
 */
export class AddressLimit {
  readonly #buckets = new Map<string, Bucket>()
  readonly #rule: AddressRule

  constructor(rule: AddressRule = usualAddressRule) {
    this.#rule = rule
  }

  /** Milliseconds a place has to wait, 0 when it may try. */
  waitMs(place: string, nowMs: number): number {
    const failures = this.#level(place, nowMs)
    return failures < this.#rule.burst ? 0 : Math.ceil((failures - this.#rule.burst + 1) * this.#rule.refillMs)
  }

  /** Charges a login that failed, or that is still to be looked at: those sent at once are all counted. */
  charge(place: string, nowMs: number): void {
    this.#set(place, { failures: this.#level(place, nowMs) + 1, atMs: nowMs })
    if (this.#buckets.size > maxPlaces) this.#buckets.delete(this.#buckets.keys().next().value ?? '')
  }

  /** Takes a charge back: the login did not fail. */
  giveBack(place: string, nowMs: number): void {
    this.#set(place, { failures: Math.max(0, this.#level(place, nowMs) - 1), atMs: nowMs })
  }

  #set(place: string, bucket: Bucket): void {
    this.#buckets.delete(place)
    if (bucket.failures > 0) this.#buckets.set(place, bucket)
  }

  #level(place: string, nowMs: number): number {
    const bucket = this.#buckets.get(place)
    if (bucket === undefined) return 0
    // After a clock was set back waiting goes on from there: nobody waits until it has caught up.
    bucket.atMs = Math.min(bucket.atMs, nowMs)
    return Math.max(0, bucket.failures - (nowMs - bucket.atMs) / this.#rule.refillMs)
  }
}
