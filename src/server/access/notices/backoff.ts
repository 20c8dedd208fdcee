/** Waits after each failed attempt; after the last one a notice is dead. Two days in all. */
const waitsMs = [5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600, 24 * 3600].map((seconds) => seconds * 1000)

/**
 * When to try again after `attempts` failed ones, null to give up.
 *
 * @param jitter - 0 to 1: receivers that were away are not met by all notices in one moment
 */
export function nextAttemptAtMs(attempts: number, nowMs: number, jitter: number): number | null {
  const waitMs = waitsMs[attempts - 1]
  return waitMs === undefined ? null : nowMs + Math.round(waitMs * (1 + jitter / 4))
}
