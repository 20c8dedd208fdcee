import type { Account } from '../../contract.ts'

/** An account with its searchable text made once, so that a key press only compares. */
export interface FilterableAccount {
  readonly account: Account
  readonly text: string
}

/** Prepares accounts for {@link filterAccounts}: pinned ones first, then by name as the language sorts. */
export function filterable(accounts: readonly Account[], language: string): FilterableAccount[] {
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' })
  return accounts
    .toSorted((a, b) => Number(b.favourite) - Number(a.favourite) || compare(a.label, b.label))
    .map((account) => ({ account, text: searchText(account) }))
}

function searchText({ label, issuer, identifier, tags }: Account): string {
  return fold([label, issuer, identifier, ...tags].join('\n'))
}

/** Accounts that hold every typed word somewhere and carry the tag, if one is chosen. */
export function filterAccounts(all: readonly FilterableAccount[], typed: string, tag: string | null): Account[] {
  const words = fold(typed).split(/\s+/).filter(Boolean)
  return all
    .filter(
      ({ account, text }) => words.every((word) => text.includes(word)) && (tag === null || account.tags.includes(tag)),
    )
    .map(({ account }) => account)
}

/** The tags in use, most used first. */
export function tagsOf(accounts: readonly Account[]): string[] {
  const uses = new Map<string, number>()
  for (const tag of accounts.flatMap(({ tags }) => tags)) uses.set(tag, (uses.get(tag) ?? 0) + 1)
  return [...uses].toSorted(([a, usesA], [b, usesB]) => usesB - usesA || a.localeCompare(b)).map(([tag]) => tag)
}

// Accents fold away, so that "raks" finds "räks".
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
