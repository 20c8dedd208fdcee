import { Environment, type Variables } from '../../http/environment.ts'
import type { LockoutRule } from '../../../api/realms.ts'
import { callerRealms } from '../../subjects/reserved.ts'

/** The realms made through this door. */
export const ungleichotpOrigin = 'ungleichotp'

/** What ungleichotp had hard-coded; each is adjustable by environment. */
export interface UngleichotpRules {
  /** Longest name and realm, in characters. */
  readonly maxLength: number
  readonly digits: number
  readonly periodSeconds: number
  /** Steps accepted before and after the present one, for realms made from now on. */
  readonly windowSteps: number
}

/** Reads the rules; mistakes are noted in the environment. */
export function readUngleichotpRules(variables: Variables): UngleichotpRules {
  const environment = new Environment(variables)
  return {
    // No shorter than the callers' own realms, or nobody could call.
    maxLength: environment.integer('WATCHWORD_UNGLEICHOTP_MAX_LENGTH', callerRealms.admin.length, 128) ?? 128,
    digits: environment.integer('WATCHWORD_UNGLEICHOTP_DIGITS', 6, 8) ?? 6,
    periodSeconds: environment.integer('WATCHWORD_UNGLEICHOTP_PERIOD', 15, 120) ?? 30,
    windowSteps: environment.integer('WATCHWORD_UNGLEICHOTP_WINDOW', 0, 10) ?? 3,
  }
}

/**
 * Guesses at the door's own realms: twenty in a minute for each source, so that a service with a wrong clock is not
 * locked out by its own retries; the cap of 100 stays.
 */
export const ungleichotpLockout: Partial<LockoutRule> = {
  unknownPerStep: 20,
  unknownBeforeWaits: 60,
  knownPerWindow: 20,
  knownWindowMs: 60_000,
}
