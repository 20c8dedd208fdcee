/** One thing looked at through the live proxy; `skipped` was not looked at, and the message says what is missing. */
export interface ProbeFinding {
  readonly level: 'ok' | 'skipped' | 'warning' | 'error'
  readonly check: string
  readonly message: string
}

/** A finding by whether something is in order. */
export function finding(
  check: string,
  isRight: boolean,
  good: string,
  bad: string,
  level: 'warning' | 'error' = 'error',
): ProbeFinding {
  return isRight ? { level: 'ok', check, message: good } : { level, check, message: bad }
}
