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
  readonly address: string
  readonly username: string | null
  readonly groups: readonly string[]
}

/** What was decided and by which rule; `rule` is null where the default decided. */
export interface Decision {
  readonly verdict: Verdict
  readonly rule: Rule | null
  readonly stepUpSeconds: number | null
}

/** Rules without a file: every signed-in person passes. */
export const signedInPasses: Decision = { verdict: 'one_factor', rule: null, stepUpSeconds: null }

const defaultDeny: Decision = { verdict: 'deny', rule: null, stepUpSeconds: null }

/**
 * Judges a visit: for each reading of its path the first rule that matches decides, then the strictest of
 * these verdicts counts, so that no spelling of a path is judged more mildly than another.
 *
 * A rule that names people or groups cannot match a stranger; {@link strangerMayBecome} tells whether
 * logging in could help.
 */
export function decide(rules: readonly Rule[], visit: Visit, visitor: Visitor): Decision {
  const decisions = visit.readings.map((path) => firstMatch(rules, visit, path, visitor))
  return decisions.reduce(
    (strictest, next) => (strictness[next.verdict] > strictness[strictest.verdict] ? next : strictest),
    decisions[0] ?? defaultDeny,
  )
}

/** Whether some person could pass where a stranger is refused: then the answer is a login, not a 403. */
export function strangerMayBecome(rules: readonly Rule[], visit: Visit, visitor: Visitor): boolean {
  return visit.readings.every((path) => {
    // What is denied to all ends here: whoever logs in gets no further.
    const decisive = rules.find(
      (rule) => concerns(rule, visit, path, visitor.address) && (rule.verdict !== 'deny' || namesNobody(rule)),
    )
    return decisive !== undefined && decisive.verdict !== 'deny'
  })
}

function namesNobody({ people, groups }: Rule): boolean {
  return people === null && groups === null
}

function firstMatch(rules: readonly Rule[], visit: Visit, path: string, visitor: Visitor): Decision {
  const rule = rules.find(
    (candidate) => concerns(candidate, visit, path, visitor.address) && covers(candidate, visitor),
  )
  return rule === undefined ? defaultDeny : { verdict: rule.verdict, rule, stepUpSeconds: rule.stepUpSeconds }
}

function concerns(rule: Rule, visit: Visit, path: string, address: string): boolean {
  if (rule.methods !== null && !rule.methods.has(visit.method)) return false
  if (rule.networks !== null && !isInside(rule.networks, address)) return false
  return rule.matchesHost(visit.host) && rule.matchesPath(path)
}

function covers(rule: Rule, visitor: Visitor): boolean {
  if (namesNobody(rule)) return true
  const isNamed = visitor.username !== null && rule.people?.has(visitor.username) === true
  return isNamed || visitor.groups.some((group) => rule.groups?.has(group) === true)
}

function isInside(networks: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && networks.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
