/** A moment as people write it, in Unix milliseconds. */
export function parseMoment(value: string): number {
  const atMs = Date.parse(value)
  if (Number.isNaN(atMs)) throw new SyntaxError(`"${value}" is no date. Write 2026-01-31 or 2026-01-31T12:00:00Z.`)
  return atMs
}
