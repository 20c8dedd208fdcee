import { BlockList, isIP } from 'node:net'
import type { Visit } from './visit.ts'

/** What a rule says: how well somebody must be known, or that nobody passes. */
export type Verdict = 'bypass' | 'one_factor' | 'two_factor' | 'deny'

/** From the mildest to the strictest. */
const strictness: Record<Verdict, number> = { bypass: 0, one_factor: 1, two_factor: 2, deny: 3 }

/** One rule, compiled; an absent condition holds for everybody. */
export interface Rule {
  /** Where it stands in the file, from 1, for `check-policy` and the log. */
  readonly number: number
  readonly name: string
  /** As the file names them, for printed configurations. */
  readonly hosts: readonly string[]
  readonly matchesHost: (host: string) => boolean
  readonly matchesPath: (path: string) => boolean
  readonly methods: ReadonlySet<string> | null
  readonly networks: BlockList | null
  readonly people: ReadonlySet<string> | null
  readonly groups: ReadonlySet<string> | null
  readonly verdict: Verdict
  /** Seconds since the last proof after which a code is asked for again. */
  readonly stepUpSeconds: number | null
  /** Websockets are opened from pages of the same site alone. */
  readonly sameSiteSockets: boolean
}

/** Who visits, as far as a session or token tells. */
export interface Visitor {
  /** Null where the proxy does not tell. */
  readonly address: string | null
  /** Null for strangers, and for services: rules that name people do not speak of them. */
  readonly username: string | null
  readonly groups: readonly string[]
}

/** What was decided and by which rule; `rule` is null where the default decided. */
export interface Decision {
  readonly verdict: Verdict
  readonly rule: Rule | null
  readonly stepUpSeconds: number | null
  readonly sameSiteSockets: boolean
}

/** Rules without a file: every signed-in person passes. */
export const signedInPasses: Decision = {
  verdict: 'one_factor',
  rule: null,
  stepUpSeconds: null,
  sameSiteSockets: false,
}

const defaultDeny: Decision = { ...signedInPasses, verdict: 'deny' }

/**
 * Judges a visit: for each reading of its path the first rule that matches decides, then the strictest of
 * these verdicts counts, with the shortest step-up and the narrowest websockets of them all, so that no spelling of
 * a path is judged more mildly than another.
 *
 * A rule that names people or groups cannot match a stranger; {@link strangerMayBecome} tells whether
 * logging in could help.
 */
export function decide(rules: readonly Rule[], visit: Visit, visitor: Visitor): Decision {
  return visit.readings.map((path) => decideReading(rules, visit, path, visitor)).reduce(stricter)
}

/** Whether some person could pass where a stranger is refused: then the answer is a login, not a 403. */
export function strangerMayBecome(rules: readonly Rule[], visit: Visit, visitor: Visitor): boolean {
  return visit.readings.every((path) => {
    // What is surely denied to all ends here: whoever logs in gets no further.
    const decisive = rules.find((rule) => {
      const isInside = isFrom(rule.networks, visitor.address)
      if (!concerns(rule, visit, path) || isInside === 'no') return false
      return rule.verdict !== 'deny' || (namesNobody(rule) && isInside === 'yes')
    })
    return decisive !== undefined && decisive.verdict !== 'deny'
  })
}

function namesNobody({ people, groups }: Rule): boolean {
  return people === null && groups === null
}

// The first rule that matches; where an unknown address leaves a rule open, it may hold or what follows it.
function decideReading(rules: readonly Rule[], visit: Visit, path: string, visitor: Visitor): Decision {
  let left: Decision | null = null
  for (const rule of rules) {
    if (!concerns(rule, visit, path) || !covers(rule, visitor)) continue
    const isInside = isFrom(rule.networks, visitor.address)
    if (isInside === 'no') continue
    const { verdict, stepUpSeconds, sameSiteSockets } = rule
    const decision = { verdict, rule, stepUpSeconds, sameSiteSockets }
    const strictest: Decision = left === null ? decision : stricter(left, decision)
    if (isInside === 'yes') return strictest
    left = strictest
  }
  return left === null ? defaultDeny : stricter(left, defaultDeny)
}

function stricter(one: Decision, other: Decision): Decision {
  const difference = strictness[other.verdict] - strictness[one.verdict] || ageOf(one) - ageOf(other)
  return {
    ...(difference > 0 ? other : one),
    stepUpSeconds: ageOf(one) < ageOf(other) ? one.stepUpSeconds : other.stepUpSeconds,
    sameSiteSockets: one.sameSiteSockets || other.sameSiteSockets,
  }
}

/** How old a login may be. */
function ageOf({ stepUpSeconds }: Decision): number {
  return stepUpSeconds ?? Number.MAX_SAFE_INTEGER
}

function concerns(rule: Rule, visit: Visit, path: string): boolean {
  if (rule.methods !== null && !rule.methods.has(visit.method)) return false
  return rule.matchesHost(visit.host) && rule.matchesPath(path)
}

function covers(rule: Rule, visitor: Visitor): boolean {
  if (namesNobody(rule)) return true
  const isNamed = visitor.username !== null && rule.people?.has(visitor.username) === true
  return isNamed || visitor.groups.some((group) => rule.groups?.has(group) === true)
}

function isFrom(networks: BlockList | null, address: string | null): 'yes' | 'no' | 'unknown' {
  if (networks === null) return 'yes'
  if (address === null) return 'unknown'
  const family = isIP(address)
  return family !== 0 && networks.check(address, family === 6 ? 'ipv6' : 'ipv4') ? 'yes' : 'no'
}
