import { Failure } from '../../errors/failure.ts'
import type { IndexEntry } from './store/name-index.ts'

/** What a typed name fits. */
export type NameMatch =
  | { readonly kind: 'one'; readonly name: string }
  | { readonly kind: 'several'; readonly names: readonly string[] }
  | { readonly kind: 'none' }

/**
 * Finds the account somebody means: the exact name first, then the only one that starts with it, then the only one
 * that holds it, then the only one with its letters in this order.
 *
 * A rung with several fits ends the search: a looser rung could only guess among more.
 */
export function matchName(typed: string, entries: readonly IndexEntry[]): NameMatch {
  const exact = entries.find(({ name }) => name === typed)
  if (exact !== undefined) return { kind: 'one', name: exact.name }
  const wanted = fold(typed)
  // Everything holds nothing: a variable that a script forgot to set means no account.
  if (wanted.trim() === '') return { kind: 'none' }
  for (const fits of rungs) {
    const names = entries.filter((entry) => fits(wanted, entry)).map(({ name }) => name)
    const [only] = names
    if (only !== undefined) return names.length === 1 ? { kind: 'one', name: only } : { kind: 'several', names }
  }
  return { kind: 'none' }
}

/**
 * The one name that fits, exactly or loosely.
 *
 * @throws {@link Failure} `agent_name_missing` for a blank, `agent_account_not_found`, or `agent_name_ambiguous` naming the
 *   candidates
 */
export function resolveName(typed: string, entries: readonly IndexEntry[]): string {
  const match = matchName(typed, entries)
  if (match.kind === 'one') return match.name
  if (typed.trim() === '') throw new Failure('agent_name_missing')
  if (match.kind === 'none') {
    throw new Failure(entries.length === 0 ? 'agent_store_empty' : 'agent_account_not_found', {
      detail: { name: typed },
    })
  }
  throw new Failure('agent_name_ambiguous', { detail: { name: typed, candidates: match.names.join(', ') } })
}

type Rung = (wanted: string, entry: IndexEntry) => boolean

const rungs: readonly Rung[] = [
  (wanted, { name }) => fold(name) === wanted,
  (wanted, entry) => searched(entry).some((text) => text.startsWith(wanted)),
  (wanted, entry) => searched(entry).some((text) => text.includes(wanted)),
  (wanted, { name }) => holdsInOrder(fold(name), wanted),
]

/** The texts a person remembers an account by. */
function searched({ name, issuer, label }: IndexEntry): string[] {
  return [name, issuer, label].map(fold)
}

function holdsInOrder(text: string, letters: string): boolean {
  let from = 0
  for (const letter of letters) {
    const at = text.indexOf(letter, from)
    if (at < 0) return false
    from = at + letter.length
  }
  return true
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
