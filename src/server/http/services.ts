import type { Metrics } from './metrics.ts'

/** The time of this server. Rules take times as arguments; only what is around them asks a clock. */
export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number
}

/** Structured log lines; fields never hold a secret, a code or a token. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  debug(fields: object, message: string): void
}

/** The parts of the configuration that rooms read; parsed once in `server/config.ts`, frozen. */
export interface PublicConfig {
  readonly version: string
  /** Fixed outside address, e.g. `https://codes.example.com`; null derives it from each request. */
  readonly publicUrl: string | null
  readonly trustedProxies: readonly string[]
  readonly allowPlainHttp: boolean
  /** True when we listen on loopback only, without TLS: cookies may then go without `__Host-`. */
  readonly isLoopback: boolean
  readonly hasTls: boolean
}

/** What every room is handed besides the database. */
export interface Services {
  readonly clock: Clock
  readonly log: Log
  readonly config: PublicConfig
  readonly metrics: Metrics
}
