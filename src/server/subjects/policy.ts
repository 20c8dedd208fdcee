import type { LockoutRule } from '../../api/realms.ts'
import type { Algorithm } from '../../otp/account.ts'

/** How strictly a code is accepted once: see law 1 and `spend.ts`. */
export type ReplayRule = 'rising' | 'once' | 'reuse'

/** Who may read a subject's secret after it was made: its maker while it is pending, or whoever may enrol. */
export type ReadbackRule = 'pending' | 'enrollers'

/** How codes of a secret are made. */
export interface CodeShape {
  readonly algorithm: Algorithm
  readonly digits: number
  readonly periodSeconds: number
}

/** What a realm says about all its subjects. */
export interface RealmPolicy extends CodeShape {
  readonly windowBack: number
  readonly windowForward: number
  readonly replay: ReplayRule
  readonly readback: ReadbackRule
  readonly lockout: LockoutRule
  readonly isEnabled: boolean
}

/**
 * The rule of realms that have none of their own, unless the setting `lockout` says otherwise.
 *
 * With six digits and three codes accepted at any moment, 100 guesses land with a chance of 0.03 %.
 */
export const usualLockout: LockoutRule = {
  unknownPerStep: 5,
  unknownBeforeWaits: 10,
  cap: 100,
  knownPerWindow: 10,
  knownWindowMs: 3_600_000,
}

/** The work done for a realm that does not exist, so that it cannot be told from one that does (T40). */
export const usualPolicy: RealmPolicy = {
  algorithm: 'SHA1',
  digits: 6,
  periodSeconds: 30,
  windowBack: 1,
  windowForward: 1,
  replay: 'rising',
  readback: 'pending',
  lockout: usualLockout,
  isEnabled: true,
}
