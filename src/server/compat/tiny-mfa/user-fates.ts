import type { OldUser } from './old-database.ts'
import { isName } from './rules.ts'

/** What becomes of a row: it comes along, is here already, or stays behind for a reason. */
export type Fate = 'new' | 'known' | { readonly reason: string }

/** What the store says of some users. */
export interface Standing {
  /** Ids of issuers whose realms are here. */
  readonly issuers: ReadonlySet<string>
  /** Users that are here, or were taken over and are gone since. */
  readonly known: ReadonlySet<string>
  /** Names that are taken, as {@link nameIn} writes them. */
  readonly names: ReadonlySet<string>
}

/** What becomes of users, in their order: of twins the first comes along. */
export function userFates(users: readonly OldUser[], { issuers, known, names }: Standing): Fate[] {
  const taken = new Set(names)
  return users.map(({ id, issuerId, name }) => {
    if (known.has(id)) return 'known'
    if (!issuers.has(issuerId)) return { reason: 'its issuer is not here' }
    if (!isName(name)) return { reason: 'its name is not valid' }
    if (taken.has(nameIn(issuerId, name))) return { reason: 'another user has its name' }
    taken.add(nameIn(issuerId, name))
    return 'new'
  })
}

/** A name within an issuer, as one text. */
export function nameIn(issuerId: string, name: string): string {
  return `${issuerId}\n${name}`
}
