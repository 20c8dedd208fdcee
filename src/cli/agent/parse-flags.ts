/** A number of seconds as typed: `10` or `10s`. */
export function asSeconds(input: string): number {
  const digits = /^(\d{1,5})s?$/.exec(input)?.[1]
  if (digits === undefined) throw new Error('give a number of seconds, such as 10')
  return Number(digits)
}

/** A whole number as typed. */
export function asWholeNumber(input: string): number {
  if (!/^\d{1,16}$/.test(input)) throw new Error('give a whole number')
  return Number(input)
}

/** A port as typed; 0 is any free one. */
export function asPort(input: string): number {
  const port = asWholeNumber(input)
  if (port > 65_535) throw new Error('give a port from 1 to 65535')
  return port
}

/** A moment as typed, in Unix milliseconds: an ISO time, or Unix seconds. */
export function asMoment(input: string): number {
  const moment = /^\d{1,11}$/.test(input) ? Number(input) * 1000 : Date.parse(input)
  if (Number.isNaN(moment)) throw new Error('give a time such as 2026-01-31T12:00:00Z, or Unix seconds')
  return moment
}
