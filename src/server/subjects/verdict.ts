import type { Decision } from './decide.ts'

/** Why a code was refused, as its subject's operator hears it; a guesser hears `wrong` (DESIGN, Reasons). */
export type VerdictReason = 'wrong' | 'replayed' | 'locked' | 'disabled' | 'pending' | 'unknown'

/** The answer to a verification. */
export type Judged =
  | { readonly accepted: true; readonly step: number; readonly subjectId: string; readonly isPromotion: boolean }
  | {
      readonly accepted: false
      readonly reason: VerdictReason
      /** The server's present step. */
      readonly step: number
      readonly subjectId: string | null
      /** When a closed budget opens by itself; absent for anything else. */
      readonly waitUntilMs?: number
    }

/** A decision about a subject as its answer. */
export function judgedOf(subjectId: string, decision: Decision): Judged {
  const { accepted, step, reason, waitUntilMs, isPromotion } = decision
  if (accepted) return { accepted, step, subjectId, isPromotion }
  const wait = waitUntilMs === null ? {} : { waitUntilMs }
  return { accepted, reason: reason ?? 'wrong', step, subjectId, ...wait }
}

/** The answer about somebody who does not exist. */
export function judgedUnknown(step: number): Judged {
  return { accepted: false, reason: 'unknown', step, subjectId: null }
}
