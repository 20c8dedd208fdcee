/** One measured figure beside what it is compared with. `bar` is a ratio unless `barIsAbsolute`. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly yardstick: string
  readonly yardstickValue: number
  readonly ratio: number
  readonly bar: string
  readonly met: boolean
}

/** A way to measure a figure, run only when it is asked for. `scale` rows take minutes. */
export interface Measurement {
  readonly name: string
  readonly scale?: boolean
  measure(): Promise<Row[]>
}

interface Figures {
  readonly value: number
  readonly unit: string
  readonly yardstick: string
  readonly yardstickValue: number
}

/** A row whose figure must be at least `bar` times its yardstick. */
export function atLeast(name: string, figures: Figures, bar: number): Row {
  const ratio = figures.value / figures.yardstickValue
  return { name, ...figures, ratio, bar: `at least ${bar} of it`, met: ratio >= bar }
}

/** A row whose figure must reach an absolute floor. */
export function atLeastAbsolute(name: string, figures: Figures, floor: number): Row {
  return {
    name,
    ...figures,
    ratio: figures.value / figures.yardstickValue,
    bar: `at least ${floor} ${figures.unit}`,
    met: figures.value >= floor,
  }
}

/** A row whose figure must stay under an absolute ceiling. */
export function atMost(name: string, figures: Figures, ceiling: number): Row {
  return {
    name,
    ...figures,
    ratio: figures.value / figures.yardstickValue,
    bar: `at most ${ceiling} ${figures.unit}`,
    met: figures.value <= ceiling,
  }
}

/** A row whose figure may lie at most `margin` above its yardstick. */
export function atMostAbove(name: string, figures: Figures, margin: number): Row {
  const over = figures.value - figures.yardstickValue
  return {
    name,
    ...figures,
    ratio: figures.value / figures.yardstickValue,
    bar: `at most ${margin} ${figures.unit} more`,
    met: over <= margin,
  }
}

/** A row that is told without a bar. */
export function shown(name: string, figures: Figures): Row {
  return { name, ...figures, ratio: figures.value / figures.yardstickValue, bar: 'shown only', met: true }
}

/** The middle of several figures: machines are noisy, one run is an anecdote. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
