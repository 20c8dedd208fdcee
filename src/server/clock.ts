/** The time of this server. Rules take times as arguments; only what is around them asks a clock. */
export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number
}

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() }
