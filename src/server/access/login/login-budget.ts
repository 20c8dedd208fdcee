/** Wrong passphrases of one person, from one known source or from all unknown ones together. */
export interface LoginBudget {
  /** When a login from there last succeeded; 0 for never. */
  readonly acceptedAtMs: number
  readonly failures: number
  readonly waitUntilMs: number
}

/** How long a source stays known after a login from it (law 5). */
export const knownForMs = 30 * 24 * 60 * 60_000
const freeFailures = 5
const firstWaitMs = 1000
const longestWaitMs = 15 * 60_000

export const freshBudget: LoginBudget = { acceptedAtMs: 0, failures: 0, waitUntilMs: 0 }

/** Whether a person logged in from there lately. */
export function isKnownSource(budget: LoginBudget | null, nowMs: number): budget is LoginBudget {
  return budget !== null && budget.acceptedAtMs > 0 && nowMs - budget.acceptedAtMs < knownForMs
}

/** Whether logins from there have to wait. */
export function isWaiting(budget: LoginBudget, nowMs: number): boolean {
  return nowMs < budget.waitUntilMs
}

/** The wait after so many wrong passphrases: after five each further one doubles it, up to a quarter of an hour. */
export function waitAfter(failures: number): number {
  const doublings = failures - freeFailures - 1
  return doublings < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** doublings)
}

/** A login succeeded from there: it is known from now on, and its own failures are forgotten. */
export function acceptedBudget(nowMs: number): LoginBudget {
  return { acceptedAtMs: nowMs, failures: 0, waitUntilMs: 0 }
}
