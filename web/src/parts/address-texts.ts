import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'

const settleMs = 200

/**
 * Texts of a page that stand in its address, so that going back brings them back and a link can carry them.
 *
 * They change at once; the address follows when typing settles, and holds only what is not as in `usual`.
 */
export function useAddressTexts<Texts extends Readonly<Record<string, string>>>(
  usual: Texts,
): [Texts, (texts: Texts) => void] {
  const [search, setSearch] = useSearchParams()
  const there = JSON.stringify(Object.keys(usual).map((name) => search.get(name) ?? usual[name]))
  const known = useRef(there)
  const [texts, setTexts] = useState(() => textsOf(usual, there))
  const write = useDebouncedCallback((next: Texts) => {
    known.current = JSON.stringify(Object.keys(usual).map((name) => next[name]))
    setSearch((before) => written(before, usual, next), { replace: true })
  }, settleMs)
  useEffect(() => {
    // Only what somebody else wrote there: back, forward, or a link to this very page.
    if (there === known.current) return
    known.current = there
    setTexts(textsOf(usual, there))
  }, [there, usual])
  const set = (next: Texts) => {
    setTexts(next)
    write(next)
  }
  return [texts, set]
}

function textsOf<Texts extends Readonly<Record<string, string>>>(usual: Texts, there: string): Texts {
  const values = JSON.parse(there) as string[]
  return { ...usual, ...Object.fromEntries(Object.keys(usual).map((name, index) => [name, values[index]])) }
}

function written(
  before: URLSearchParams,
  usual: Readonly<Record<string, string>>,
  next: typeof usual,
): URLSearchParams {
  const after = new URLSearchParams(before)
  for (const [name, value] of Object.entries(next)) {
    if (value === usual[name]) after.delete(name)
    else after.set(name, value)
  }
  return after
}
