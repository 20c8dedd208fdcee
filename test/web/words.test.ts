import { describe, expect, it } from 'vitest'
import { createWords, localeOf } from '../../web/src/words/create-words.ts'
import { de } from '../../web/src/words/de/index.ts'
import { en, type Entry, type WordKey } from '../../web/src/words/en/index.ts'

const keys = Object.keys(en) as WordKey[]

describe('the catalogue', () => {
  it('holds the same placeholders in German as in English', () => {
    const differing = keys.filter((key) => placeholders(de[key]).join() !== placeholders(en[key]).join())
    expect(differing).toEqual([])
  })

  it('holds no English sentence among the German ones', () => {
    const same = keys.filter((key) => de[key] === en[key] && typeof en[key] === 'string' && en[key].includes(' '))
    expect(same).toEqual([])
  })

  it('has plural forms in both languages or in none', () => {
    expect(keys.filter((key) => typeof de[key] !== typeof en[key])).toEqual([])
  })

  it('chooses the plural form of the language and writes numbers its way', () => {
    const english = createWords('en', en, () => {})
    const german = createWords('de', de, () => {})
    expect(english.t('codes.count', { count: 1 })).toBe('1 account')
    expect(english.t('codes.count', { count: 5000 })).toBe('5,000 accounts')
    expect(german.t('codes.count', { count: 1 })).toBe('1 Konto')
    expect(german.t('codes.count', { count: 5000 })).toBe('5.000 Konten')
  })

  it('writes days and numbers as the visitor’s region does', () => {
    expect(localeOf('en', ['fr', 'en-GB', 'en'])).toBe('en-GB')
    expect(localeOf('de', ['en-GB'])).toBe('de')
    const noonMs = Date.UTC(2026, 2, 1, 12)
    expect(createWords('en', en, () => {}, 'en-GB').day(noonMs)).toBe('1 Mar 2026')
    expect(createWords('en', en, () => {}, 'en-US').day(noonMs)).toBe('Mar 1, 2026')
  })

  it('says how long ago in words', () => {
    const english = createWords('en', en, () => {})
    expect(english.distance(0, 3 * 60_000)).toBe('3 minutes ago')
    expect(english.distance(2 * 86_400_000, 0)).toBe('in 2 days')
    expect(english.distance(0, 999)).toBe('now')
  })

  it('calls no moment yesterday, which may be two days ago on the calendar', () => {
    const hoursAgo = (hours: number) => hours * 3_600_000
    expect(createWords('en', en, () => {}).distance(0, hoursAgo(47))).toBe('1 day ago')
    expect(createWords('de', de, () => {}).distance(0, hoursAgo(71))).toBe('vor 2 Tagen')
  })
})

function placeholders(entry: Entry): string[] {
  const texts = typeof entry === 'string' ? [entry] : [entry.one, entry.other]
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))),
  ].toSorted()
}
