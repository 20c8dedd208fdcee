/** A language our own pages speak. */
export type Language = 'en' | 'de'

/** The language a browser prefers, of those we have (RFC 9110 section 12.5.4); of equals the first. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const wishes = (acceptLanguage ?? '').split(',').map(readWish)
  const known = wishes.filter(({ language, weight }) => (language === 'de' || language === 'en') && weight > 0)
  const [first] = known.toSorted((a, b) => b.weight - a.weight)
  return first?.language === 'de' ? 'de' : 'en'
}

function readWish(text: string): { readonly language: string; readonly weight: number } {
  const [tag = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const [, quality = '1'] = parameters.map((each) => /^q=([\d.]+)$/.exec(each)).find((match) => match !== null) ?? []
  return { language: tag.split('-', 1)[0] ?? '', weight: Number(quality) || 0 }
}
