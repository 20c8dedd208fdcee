import type { Session } from './store.ts'

/** How long a session lives. */
export interface SessionLimits {
  readonly idleMs: number
  readonly absoluteMs: number
}

export const usualLimits: SessionLimits = { idleMs: 60 * 60_000, absoluteMs: 12 * 60 * 60_000 }

/** Use is written at most this often (law 3). */
const minTouchMs = 10_000
const maxTouchMs = 60_000

/** Whether a session has reached its absolute end. */
export function isExpired(session: Pick<Session, 'expiresAtMs'>, nowMs: number): boolean {
  return nowMs >= session.expiresAtMs
}

/**
 * Whether a session lay unused too long, as far as this server has seen. One that was used in a distant future began
 * while the clock was ahead, and would otherwise live until then.
 */
export function isIdle(session: Pick<Session, 'lastSeenAtMs' | 'idleMs'>, nowMs: number): boolean {
  return Math.abs(nowMs - session.lastSeenAtMs) >= session.idleMs
}

/** Whether its use is worth writing again: often enough to judge idleness by, never more than every 10 s. */
export function isWorthTouching(session: Pick<Session, 'lastSeenAtMs' | 'idleMs'>, nowMs: number): boolean {
  return nowMs - session.lastSeenAtMs >= Math.min(maxTouchMs, Math.max(minTouchMs, session.idleMs / 20))
}
