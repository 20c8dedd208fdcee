/** A whole number as people type it, without anything behind it. */
export function parseWhole(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new SyntaxError(`"${value}" is no whole number.`)
  return Number(value)
}

/** How many of something are wanted, at least one. */
export function parseCount(value: string): number {
  const count = parseWhole(value)
  if (count === 0) throw new SyntaxError('At least 1 is needed.')
  return count
}
