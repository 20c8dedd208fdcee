import type { LockoutRule } from '../../api/realms.ts'
import { guessChance } from '../../otp/guess-budget.ts'
import { waitAfter } from '../subjects/lockout.ts'
import type { RealmPolicy } from '../subjects/policy.ts'

const daySeconds = 86_400

/** The chance of a stranger's guess to land, as the console shows it beside the policy. */
export function guessFigures(policy: RealmPolicy): { acceptedCodes: number; perDay: number; untilCap: number } {
  const acceptedCodes = policy.windowBack + policy.windowForward + 1
  const odds = { digits: policy.digits, acceptedCodes }
  return {
    acceptedCodes,
    perDay: guessChance(odds, guessesInADay(policy.lockout, policy.periodSeconds)),
    untilCap: guessChance(odds, policy.lockout.cap),
  }
}

/** How many guesses unknown sources have within the first day, counting limits per step, waits and the cap. */
function guessesInADay(rule: LockoutRule, periodSeconds: number): number {
  let seconds = 0
  let guesses = 0
  while (guesses < rule.cap && seconds < daySeconds) {
    guesses += 1
    const untilNextStep = guesses % rule.unknownPerStep === 0 ? periodSeconds : 0
    seconds += Math.max(untilNextStep, waitAfter(guesses, rule) / 1000)
  }
  return guesses
}
