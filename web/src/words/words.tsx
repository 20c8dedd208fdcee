import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react'
import { type Catalogue, en, type Entry, type WordKey } from './en/index.ts'

export type { WordKey } from './en/index.ts'

/** The languages of the console; a new one is a folder beside `en` and a line here. */
export const languages = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof languages

const storageKey = 'watchword.language'

type Values = Readonly<Record<string, string | number>>

/** Texts and formats in the visitor's language. */
export interface Words {
  readonly language: Language
  setLanguage(language: Language): void
  /** A text of the catalogue; `{name}` is filled from `values`, and `count` chooses the plural form. */
  t(key: WordKey, values?: Values): string
  /** Whether the catalogue holds a text under a name made at run time. */
  has(key: string): key is WordKey
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

const WordsContext = createContext<Words | null>(null)

/** Gives everything below it texts in the visitor's language. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage)
  const [catalogue, setCatalogue] = useState<Catalogue>(en)
  useEffect(() => {
    let isCurrent = true
    document.documentElement.lang = language
    void loadCatalogue(language).then((loaded) => isCurrent && setCatalogue(loaded))
    return () => {
      isCurrent = false
    }
  }, [language])
  const choose = useCallback((next: Language) => {
    localStorage.setItem(storageKey, next)
    setLanguage(next)
  }, [])
  const words = useMemo(() => createWords(language, catalogue, choose), [language, catalogue, choose])
  return <WordsContext value={words}>{children}</WordsContext>
}

/** Texts and formats in the visitor's language. */
export function useWords(): Words {
  const words = use(WordsContext)
  if (words === null) throw new Error('useWords needs a WordsProvider above it')
  return words
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
    t: (key, values = {}) => fill(choose(catalogue[key], values, plurals), values, language),
    has: (key): key is WordKey => Object.hasOwn(catalogue, key),
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

function firstLanguage(): Language {
  const wanted = [localStorage.getItem(storageKey) ?? '', ...navigator.languages]
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in languages)
  return known === 'de' ? 'de' : 'en'
}

async function loadCatalogue(language: Language): Promise<Catalogue> {
  if (language === 'en') return en
  return (await import('./de/index.ts')).de
}
