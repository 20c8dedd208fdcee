import type { Clock } from './http/services.ts'

/** The machine's clock. */
export const systemClock: Clock = { nowMs: () => Date.now() }
