import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react'
import { createWords, localeOf, type Language, languages, type Words } from './create-words.ts'
import { type Catalogue, en } from './en/index.ts'

export { type Language, languages, type Words } from './create-words.ts'
export type { WordKey } from './en/index.ts'

const storageKey = 'watchword.language'

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
