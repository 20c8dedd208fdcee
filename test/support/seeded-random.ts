/** Random numbers that a seed repeats. */
export interface SeededRandom {
  /** A whole number from 0 to `below` - 1. */
  number(below: number): number
  pick<T>(from: readonly T[]): T
  chance(oneIn: number): boolean
}

/** A small generator (mulberry32): good enough to shake a parser, and the same on every machine. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const number = (below: number) => Math.floor(next() * below)
  return {
    number,
    pick: (from) => {
      const picked = from[number(from.length)]
      if (picked === undefined) throw new Error('nothing to pick from')
      return picked
    },
    chance: (oneIn) => number(oneIn) === 0,
  }
}
