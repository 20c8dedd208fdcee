/** How much room a policy leaves to a guesser. */
export interface GuessPolicy {
  /** Length of a code. */
  readonly digits: number
  /** Codes accepted at any moment: a window of k steps either way accepts 2k + 1. */
  readonly acceptedCodes: number
}

/**
 * The chance from 0 to 1 that at least one of so many guesses lands.
 *
 * `1 - (1 - w / 10^d)^n`, computed so that small chances stay exact.
 */
export function guessChance(policy: GuessPolicy, guesses: number): number {
  return -Math.expm1(guesses * logOfMiss(policy))
}

function logOfMiss(policy: GuessPolicy): number {
  return Math.log1p(-policy.acceptedCodes / 10 ** policy.digits)
}
