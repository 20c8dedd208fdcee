import { useEffect } from 'react'
import type { Trouble } from '../server/trouble.ts'
import { useWords } from '../words/words.tsx'
import { remarksAt } from './field-remarks.ts'

/** What the fields of a form say of a refusal. */
export interface FieldTexts<Field extends string> {
  /** The sentence of each field that is wrong: what its input takes as `error`, which also names it to a screen reader. */
  readonly at: Readonly<Partial<Record<Field, string>>>
  /** Whether the fields say all that is wrong. */
  readonly isMarked: boolean
}

/**
 * Shares out what a server refused among the fields of a form, by the names the contract gives them, and takes the
 * cursor to the first of them.
 */
export function useFieldTexts<const Field extends string>(
  trouble: Trouble | null,
  fields: readonly Field[],
): FieldTexts<Field> {
  const { remarkText } = useWords()
  const { at, isAll } = remarksAt(trouble, fields)
  const texts = Object.entries<Parameters<typeof remarkText>[0]>(at).map(([field, said]) => [field, remarkText(said)])
  const isAny = texts.length > 0
  // Each refusal is one trouble: whoever corrects a field and is refused again is taken there again.
  useEffect(() => {
    if (isAny) document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus()
  }, [trouble, isAny])
  return { at: Object.fromEntries(texts) as FieldTexts<Field>['at'], isMarked: isAll }
}
