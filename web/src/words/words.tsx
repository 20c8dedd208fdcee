import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react'
import { createWords, localeOf, type Language, languages, type Words } from './create-words.ts'
import { type Catalogue, en } from './en/index.ts'

export { type Language, languages, type Words } from './create-words.ts'
export type { WordKey } from './en/index.ts'

const storageKey = 'watchword.language'

/** A language whose texts are here. */
interface Loaded {
  readonly language: Language
  readonly catalogue: Catalogue
}

const WordsContext = createContext<Words | null>(null)

/** Gives everything below it texts in the visitor's language. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const [wanted, setLanguage] = useState<Language>(firstLanguage)
  const [{ language, catalogue }, setLoaded] = useState<Loaded>({ language: 'en', catalogue: en })
  useEffect(() => {
    let isCurrent = true
    // A catalogue that does not come leaves the language as it is: the page asks for it anew when it is loaded again.
    const keep = (loaded: Catalogue) => isCurrent && setLoaded({ language: wanted, catalogue: loaded })
    void loadCatalogue(wanted).then(keep, () => {})
    return () => {
      isCurrent = false
    }
  }, [wanted])
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  // Chosen in another tab of this browser, as the theme is.
  useEffect(() => {
    const follow = ({ key }: StorageEvent) => key === storageKey && setLanguage(firstLanguage())
    addEventListener('storage', follow)
    return () => removeEventListener('storage', follow)
  }, [])
  const choose = useCallback((next: Language) => {
    localStorage.setItem(storageKey, next)
    setLanguage(next)
  }, [])
  const words = useMemo(
    () => createWords(language, catalogue, choose, localeOf(language, navigator.languages)),
    [language, catalogue, choose],
  )
  return <WordsContext value={words}>{children}</WordsContext>
}

/** Texts and formats in the visitor's language. */
export function useWords(): Words {
  const words = use(WordsContext)
  if (words === null) throw new Error('useWords needs a WordsProvider above it')
  return words
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
