import type { Remark } from '../../../src/errors/remarks.ts'
import type { Catalogue, Entry, ProblemKey, WordKey } from './en/index.ts'

/** The languages of the console; a new one is a folder beside `en` and a line here. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

type Values = Readonly<Record<string, string | number>>

/** How the visitor's region writes `language`: the first of their languages that is one of it, such as `en-GB`. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return (
    preferred.find((tag) => tag.toLowerCase() === language || tag.toLowerCase().startsWith(`${language}-`)) ?? language
  )
}

/** Texts and formats in the visitor's language. */
export interface Words {
  readonly language: Language
  setLanguage(language: Language): void
  /** A text of the catalogue; `{name}` is filled from `values`, and `count` chooses the plural form. */
  t(key: WordKey | ProblemKey, values?: Values): string
  /** What a failure says: the catalogue's sentence for its code, else the server's own. */
  problemText(code: string, message: string): string
  /** What a server remarks: the catalogue's sentence for its code, else the server's own. */
  remarkText(remark: Remark): string
  /** Whether the catalogue holds a text under a name made at run time. */
  has(key: string): key is WordKey | ProblemKey
  /** Day and time. */
  dateTime(atMs: number): string
  /** Day and time with seconds. */
  instant(atMs: number): string
  /** Day only. */
  day(atMs: number): string
  /** Time of day with seconds. */
  time(atMs: number): string
  /** How long ago or ahead, such as "3 minutes ago". */
  distance(atMs: number, nowMs: number): string
  number(value: number, options?: Intl.NumberFormatOptions): string
}

/**
 * Puts a catalogue and the browser's own formats together.
 *
 * @param locale - the language as the visitor's region writes dates and numbers, such as `en-GB`
 */
export function createWords(
  language: Language,
  catalogue: Catalogue,
  setLanguage: (to: Language) => void,
  locale: string = language,
): Words {
  const plurals = new Intl.PluralRules(language)
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const instant = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })
  // Counted, since "yesterday" speaks of the calendar and 47 hours may reach over two midnights.
  const relative = new Intl.RelativeTimeFormat(language)
  const now = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(0, 'second')
  const t: Words['t'] = (key, values = {}) => fill(choose(catalogue[key] ?? key, values, plurals), values, locale)
  const has: Words['has'] = (key): key is WordKey | ProblemKey => Object.hasOwn(catalogue, key)
  return {
    language,
    setLanguage,
    t,
    has,
    remarkText({ code, message, values = {} }) {
      const key = [`remark.${code}`, `problem.${code}`].find(has)
      return key === undefined ? message : t(key, { ...values, message })
    },
    problemText(code, message) {
      const key = `problem.${code}`
      return has(key) ? t(key, { message }) : message
    },
    dateTime: (atMs) => dateTime.format(atMs),
    instant: (atMs) => instant.format(atMs),
    day: (atMs) => day.format(atMs),
    time: (atMs) => time.format(atMs),
    distance: (atMs, nowMs) => distance(relative, atMs - nowMs) ?? now,
    number: (value, options) => new Intl.NumberFormat(locale, options).format(value),
  }
}

function choose(entry: Entry, values: Values, plurals: Intl.PluralRules): string {
  if (typeof entry === 'string') return entry
  return plurals.select(Number(values['count'] ?? 0)) === 'one' ? entry.one : entry.other
}

function fill(text: string, values: Values, locale: string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? value.toLocaleString(locale) : value
  })
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

function distance(relative: Intl.RelativeTimeFormat, ms: number): string | null {
  for (const [unit, size] of units) {
    if (Math.abs(ms) >= size) return relative.format(Math.trunc(ms / size), unit)
  }
  return null
}
