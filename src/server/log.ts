import pino, { type Logger } from 'pino'
import type { Log } from './http/services.ts'

/** Headers and fields that never reach a log, whoever logs the object they are in (law 2). */
const redacted = [
  'req.headers.authorization',
  'req.headers.cookie',
  'headers.authorization',
  'headers.cookie',
  '*.passphrase',
  '*.code',
  '*.token',
  '*.secret',
]

/** The server's logger: JSON lines on standard error, for collectors; standard output is for results. */
export function createLogger(level: string): Logger {
  return pino(
    { level, redact: { paths: redacted, censor: '[redacted]' }, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
}

/** The part of a logger the rooms use. */
export function logOf(logger: Logger): Log {
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    debug: (fields, message) => logger.debug(fields, message),
  }
}
