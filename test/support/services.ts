import { createMetrics } from '../../src/server/http/metrics.ts'
import type { Clock, Log, PublicConfig, Services } from '../../src/server/http/services.ts'

/** A clock that stands until it is moved. */
export interface TestClock extends Clock {
  set(nowMs: number): void
  advance(byMs: number): void
}

/** A clock standing at a moment, 2026-01-02T03:04:05Z unless given. */
export function testClock(startMs = Date.UTC(2026, 0, 2, 3, 4, 5)): TestClock {
  let nowMs = startMs
  return {
    nowMs: () => nowMs,
    set: (toMs) => void (nowMs = toMs),
    advance: (byMs) => void (nowMs += byMs),
  }
}

/** One kept log line. */
export interface LogLine {
  readonly level: string
  readonly fields: object
  readonly message: string
}

/** A log that keeps its lines. */
export function testLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const keep = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  return { lines, info: keep('info'), warn: keep('warn'), error: keep('error'), debug: keep('debug') }
}

/** Services around a test clock: loopback, no proxies, no outside address unless overridden. */
export function testServices(overrides: { clock?: Clock; log?: Log; config?: Partial<PublicConfig> } = {}): Services {
  return {
    clock: overrides.clock ?? testClock(),
    log: overrides.log ?? testLog(),
    metrics: createMetrics(),
    config: {
      version: '0.0.0-test',
      publicUrl: null,
      trustedProxies: [],
      allowPlainHttp: false,
      isLoopback: true,
      hasTls: false,
      ...overrides.config,
    },
  }
}
