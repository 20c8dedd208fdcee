/**
 * The server's time on this page.
 *
 * The visitor's clock may be wrong or be set while we look, and the monotonic clock may stand still while a
 * laptop sleeps. We count from the last answer by whichever of the two went further: the worst a strange clock
 * can do is to hide a code early, never to show it late.
 */
export interface ServerClock {
  /** Unix milliseconds as the server counts them; the visitor's own before any answer came. */
  nowMs(): number
  /** Learns from an answer that has just come. `sentAt` is from {@link moment} when its request left. */
  learn(serverTimeMs: number, sentAt: Moment): void
  /** How far the visitor's clock is ahead of the server's, in milliseconds; null before any answer. */
  visitorAheadMs(): number | null
}

/** One moment on both clocks of the browser. */
export interface Moment {
  readonly steadyMs: number
  readonly wallMs: number
}

/** Now, on both clocks of the browser. */
export function moment(): Moment {
  return { steadyMs: performance.now(), wallMs: Date.now() }
}

/**
 * An answer that was longer under way waited for something, as for a step that is somebody else's now. Counted from
 * when its request left, it would put us ahead by all that time, and what it brought would be hidden at once.
 */
const promptMs = 2000

/** @param read - the browser's clocks; tests hand in their own */
export function createServerClock(read: () => Moment = moment): ServerClock {
  let anchor: { readonly serverMs: number; readonly at: Moment } | null = null
  return {
    nowMs() {
      const now = read()
      if (anchor === null) return now.wallMs
      return anchor.serverMs + elapsedMs(anchor.at, now)
    },
    // Anchored when the request left, not when the answer came: the server stamped it no earlier.
    learn(serverTimeMs, sentAt) {
      const isPrompt = elapsedMs(sentAt, read()) <= promptMs
      if (anchor === null || isPrompt || this.nowMs() < serverTimeMs) anchor = { serverMs: serverTimeMs, at: sentAt }
    },
    visitorAheadMs() {
      return anchor === null ? null : anchor.at.wallMs - anchor.serverMs
    },
  }
}

/** By whichever clock went further. */
function elapsedMs(since: Moment, now: Moment): number {
  return Math.max(now.steadyMs - since.steadyMs, now.wallMs - since.wallMs)
}

/** The clock of this page. */
export const serverClock = createServerClock()
