import type { ReplayRule } from './policy.ts'

/** Steps the bitmap remembers; wider than any window we accept. */
const rememberedSteps = 32

/**
 * Which steps of a secret were accepted already: the highest, and a bitmap of those below it.
 *
 * Bit n set means that step `highestStep - n` was accepted.
 *
 * @see RFC 4303 section 3.4.3, where packets take the place of steps
 */
export interface SpentWindow {
  readonly highestStep: number
  /** 32 bits, unsigned. */
  readonly spentSteps: number
}

/** The window of a secret nobody has used. */
export const nothingSpent: SpentWindow = { highestStep: 0, spentSteps: 0 }

/** Whether a step was accepted before, or is too old for the window to tell. */
export function isSpent(window: SpentWindow, step: number): boolean {
  const below = window.highestStep - step
  if (below < 0) return false
  return below >= rememberedSteps || ((window.spentSteps >>> below) & 1) === 1
}

/**
 * Whether a code of these steps may still be accepted under a replay rule (law 1).
 *
 * A code may belong to two steps of the window by chance. It is refused when either was used: whoever typed it
 * then would otherwise have it accepted twice.
 */
export function mayAccept(window: SpentWindow, steps: readonly number[], replay: ReplayRule): boolean {
  switch (replay) {
    case 'rising':
      return steps.every((step) => step > window.highestStep)
    case 'once':
      return steps.every((step) => !isSpent(window, step))
    case 'reuse':
      return true
  }
}

/** The window after these steps were accepted. */
export function spend(window: SpentWindow, steps: readonly number[]): SpentWindow {
  return steps.reduce(spendStep, window)
}

/** The window in which this step and everything before it counts as used. */
export function spendAllUpTo(step: number): SpentWindow {
  return { highestStep: step, spentSteps: 0xffff_ffff }
}

function spendStep({ highestStep, spentSteps }: SpentWindow, step: number): SpentWindow {
  const above = step - highestStep
  if (above <= 0) {
    const bit = -above < rememberedSteps ? 1 << -above : 0
    return { highestStep, spentSteps: (spentSteps | bit) >>> 0 }
  }
  const kept = above < rememberedSteps ? spentSteps << above : 0
  return { highestStep: step, spentSteps: (kept | 1) >>> 0 }
}
