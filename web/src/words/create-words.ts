import type { Catalogue, Entry, ProblemKey, WordKey } from './en/index.ts'

/** The languages of the console; a new one is a folder beside `en` and a line here. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

type Values = Readonly<Record<string, string | number>>

/** Texts and formats in the visitor's language. */
export interface Words {
  readonly language: Language
  setLanguage(language: Language): void
  /** A text of the catalogue; `{name}` is filled from `values`, and `count` chooses the plural form. */
  t(key: WordKey | ProblemKey, values?: Values): string
  /** Whether the catalogue holds a text under a name made at run time. */
  has(key: string): key is WordKey | ProblemKey
  /** Day and time. */
  dateTime(atMs: number): string
  /** Day only. */
  day(atMs: number): string
  /** Time of day with seconds. */
  time(atMs: number): string
  /** How long ago or ahead, such as "3 minutes ago". */
  distance(atMs: number, nowMs: number): string
  number(value: number, options?: Intl.NumberFormatOptions): string
}

/** Puts a catalogue and the browser's own formats together. */
export function createWords(language: Language, catalogue: Catalogue, setLanguage: (to: Language) => void): Words {
  const plurals = new Intl.PluralRules(language)
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  return {
    language,
    setLanguage,
    t: (key, values = {}) => fill(choose(catalogue[key] ?? key, values, plurals), values, language),
    has: (key): key is WordKey | ProblemKey => Object.hasOwn(catalogue, key),
    dateTime: (atMs) => dateTime.format(atMs),
    day: (atMs) => day.format(atMs),
    time: (atMs) => time.format(atMs),
    distance: (atMs, nowMs) => distance(relative, atMs - nowMs),
    number: (value, options) => new Intl.NumberFormat(language, options).format(value),
  }
}

function choose(entry: Entry, values: Values, plurals: Intl.PluralRules): string {
  if (typeof entry === 'string') return entry
  return plurals.select(Number(values['count'] ?? 0)) === 'one' ? entry.one : entry.other
}

function fill(text: string, values: Values, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? value.toLocaleString(language) : value
  })
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

function distance(relative: Intl.RelativeTimeFormat, ms: number): string {
  for (const [unit, size] of units) {
    if (Math.abs(ms) >= size) return relative.format(Math.trunc(ms / size), unit)
  }
  return relative.format(0, 'second')
}
