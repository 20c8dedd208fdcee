import type { FastifyRequest } from 'fastify'
import { judgeVisit } from '../judgement.ts'
import { passOf } from '../pass-finder.ts'
import { parseVisitUrl } from '../visit.ts'
import type { PortalContext } from './context.ts'
import type { SignedIn } from './visitor.ts'

/**
 * Whether the rules ask somebody who is logged in for a better or fresher proof before they go to a target. The
 * check says so with `again=1`, but some proxies write the login's address themselves and lose it: led straight on,
 * such a visitor would go round in circles.
 *
 * @param target - checked: an address of ours, or a path of this host
 */
export function needsFreshProof(
  { core, gate, seen }: PortalContext,
  request: FastifyRequest,
  session: SignedIn,
  target: string,
): boolean {
  const rules = gate.rules.current?.rules
  const visit = parseVisitUrl('GET', URL.parse(target, seen(request).origin)?.href ?? '')
  if (rules === undefined || visit === null) return false
  const { outcome, rule } = judgeVisit(rules, visit, passOf(session), request.address, core.services.clock.nowMs())
  // A code alone stays one factor however often it is given: the check refuses then, and asks for nothing.
  const isInVain = gate.codeOnlyPersonId !== null && rule?.verdict === 'two_factor' && session.session.factors === 'one'
  return outcome === 'step_up' && !isInVain
}
