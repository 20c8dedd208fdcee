/** A day as ISO 8601 writes it, with a time of day or without; a time without a zone is this machine's. */
const isoMoment = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/

/**
 * A moment as people write it, in Unix milliseconds.
 *
 * JavaScript would read "12" as a month and the 31st of February as a day in March: what is removed for good by a date
 * must not depend on that.
 */
export function parseMoment(value: string): number {
  const atMs = isDay(isoMoment.exec(value)) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(atMs)) throw new SyntaxError(`"${value}" is no date. Write 2026-01-31 or 2026-01-31T12:00:00Z.`)
  return atMs
}

function isDay(parts: readonly (string | undefined)[] | null): boolean {
  if (parts === null) return false
  const [, year, month, day] = parts.map(Number)
  const lastOfMonth = new Date(Date.UTC(year ?? 0, month ?? 0, 0)).getUTCDate()
  return day !== undefined && day >= 1 && day <= lastOfMonth
}
