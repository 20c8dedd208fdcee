/**
 * Services accept a code once, so two people who are shown the same one race each other at the login. A reveal
 * therefore leases its step, as strictly as the account says.
 */
export type LeaseMode = 'off' | 'warn' | 'exclusive'

/**
 * Who holds a step of an account. Made before the step began it is a reservation (somebody waits for that
 * step); from the step's begin on, the code was handed out.
 */
export interface Lease {
  readonly step: number
  readonly holderId: string
  readonly holderName: string
  readonly atMs: number
}

/**
 * Holds the steps whose codes went to the service itself when it enrolled the secret: it takes no code twice, so
 * under no mode is anybody shown them.
 */
export const serviceHolder = { holderId: 'service', holderName: 'The service itself' } as const

/** The leases of steps that the service has had or is about to be given. They do not lapse: no one will fetch them. */
export function leasesOfService(fromStep: number, count: number, periodSeconds: number): Lease[] {
  return Array.from({ length: count }, (_, ahead) => {
    const step = fromStep + ahead
    return { step, ...serviceHolder, atMs: stepTimes(step, periodSeconds).startMs }
  })
}

/** One wish to see a code, as the rule needs it. */
export interface LeaseWish {
  readonly mode: LeaseMode
  readonly periodSeconds: number
  readonly nowMs: number
  readonly actorId: string
  readonly actorName: string
  /** How long the code must still live; 0 takes what there is and waits for nothing. */
  readonly minSeconds: number
  /** True after one wait: nobody waits longer than one period. */
  readonly hasWaited: boolean
  /** The account's leases of the present step and later ones. */
  readonly leases: readonly Lease[]
}

/** What becomes of a wish. `lease` is to be written together with the answer; null when there is nothing to write. */
export type LeaseDecision =
  | { readonly kind: 'take'; readonly step: number; readonly holder: Lease | null; readonly lease: Lease | null }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly lease: Lease | null }
  | {
      readonly kind: 'refuse'
      readonly holderName: string
      readonly retryAfterMs: number
      readonly lease: Lease | null
    }

/** How far ahead steps can be reserved: nobody books an account for the whole day. */
const mostReserved = 120
/** Nobody holds a connection open longer; accounts with long periods tell when to come back instead. */
const longestWaitMs = 130_000
/** `next` is told only so shortly before its step begins. */
const nextInLastMs = 10_000

/** Decides what a wish gets: the present step, a wait for the next, or a refusal that says who holds it. */
export function decideLease(wish: LeaseWish): LeaseDecision {
  const isServices = holderOf(wish, presentStep(wish))?.holderId === serviceHolder.holderId
  return wish.mode === 'exclusive' || isServices ? decideExclusive(wish) : decideShared(wish)
}

/**
 * The step after the taken one, when it may be told already: in the last 10 seconds, and under `exclusive`
 * only when nobody else holds it. Its code is out from then on, so its lease is no mere reservation.
 */
export function decideNext(wish: LeaseWish, taken: number): { step: number; lease: Lease | null } | null {
  const step = taken + 1
  const { startMs } = stepTimes(step, wish.periodSeconds)
  if (startMs - wish.nowMs > nextInLastMs) return null
  const holder = holderOf(wish, step)
  const isOthers = holder !== null && holder.holderId !== wish.actorId
  if (isOthers && (wish.mode === 'exclusive' || holder.holderId === serviceHolder.holderId)) return null
  return { step, lease: wish.mode === 'off' || isOthers ? null : { ...leaseOn(wish, step), atMs: startMs } }
}

/** When a step begins and ends, Unix milliseconds; the end is the first moment that no longer belongs to it. */
export function stepTimes(step: number, periodSeconds: number): { startMs: number; endMs: number } {
  return { startMs: step * periodSeconds * 1000, endMs: (step + 1) * periodSeconds * 1000 }
}

function decideShared(wish: LeaseWish): LeaseDecision {
  const step = presentStep(wish)
  if (!isFresh(wish, step)) return { kind: 'wait', untilMs: stepTimes(step, wish.periodSeconds).endMs, lease: null }
  if (wish.mode === 'off') return { kind: 'take', step, holder: null, lease: null }
  const holder = holderOf(wish, step)
  return {
    kind: 'take',
    step,
    holder: holder ?? leaseOn(wish, step),
    lease: holder === null ? leaseOn(wish, step) : null,
  }
}

function decideExclusive(wish: LeaseWish): LeaseDecision {
  const step = presentStep(wish)
  const holder = holderOf(wish, step)
  const isFree = holder === null || holder.holderId === wish.actorId
  const wasFetched = holder !== null && holder.atMs >= stepTimes(step, wish.periodSeconds).startMs
  // Who was told to come back for this step has waited, even if the way here took a moment.
  const wasPromised = holder !== null && !wasFetched
  if (isFree && (wasPromised || isFresh(wish, step))) {
    const mine = leaseOn(wish, step)
    return { kind: 'take', step, holder: mine, lease: wasFetched ? null : mine }
  }
  const free = firstFreeStep(wish, step + 1)
  const { startMs } = stepTimes(free, wish.periodSeconds)
  const mayReserve = wish.minSeconds > 0 && free - step <= mostReserved && holderOf(wish, free) === null
  const lease = mayReserve ? leaseOn(wish, free) : null
  const mayWait = wish.minSeconds > 0 && !wish.hasWaited && startMs - wish.nowMs <= longestWaitMs
  if (free === step + 1 && mayWait) return { kind: 'wait', untilMs: startMs, lease }
  const holderName = (isFree ? holderOf(wish, step + 1) : holder)?.holderName ?? wish.actorName
  return { kind: 'refuse', holderName, retryAfterMs: Math.max(1, startMs - wish.nowMs), lease }
}

function firstFreeStep(wish: LeaseWish, from: number): number {
  for (let step = from; ; step++) {
    const holder = holderOf(wish, step)
    if (holder === null || holder.holderId === wish.actorId) return step
  }
}

/** Whoever holds a step, unless it was reserved and not fetched in the first third of it. */
function holderOf(wish: LeaseWish, step: number): Lease | null {
  const lease = wish.leases.find((one) => one.step === step)
  if (lease === undefined) return null
  const { startMs } = stepTimes(step, wish.periodSeconds)
  const isFetched = lease.atMs >= startMs
  const graceMs = Math.min(10_000, (wish.periodSeconds * 1000) / 3)
  return isFetched || wish.nowMs < startMs + graceMs ? lease : null
}

function isFresh(wish: LeaseWish, step: number): boolean {
  if (wish.hasWaited) return true
  return stepTimes(step, wish.periodSeconds).endMs - wish.nowMs >= wish.minSeconds * 1000
}

function presentStep(wish: LeaseWish): number {
  return Math.floor(wish.nowMs / 1000 / wish.periodSeconds)
}

function leaseOn(wish: LeaseWish, step: number): Lease {
  return { step, holderId: wish.actorId, holderName: wish.actorName, atMs: wish.nowMs }
}
