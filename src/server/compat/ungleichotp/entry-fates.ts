import { decodeBase32 } from '../../../otp/base32.ts'
import { wrongName, wrongRealm } from './entry-rules.ts'
import { type UngleichotpRules, ungleichotpOrigin } from './settings.ts'

/** A row as the original keeps it. */
export interface OldEntry {
  readonly id: number
  readonly name: string
  readonly realm: string
  readonly seed: string
  readonly username: string
  readonly isActive: boolean
}

/** What becomes of a row. */
export type EntryFate = { readonly entry: OldEntry } & (
  | { readonly kind: 'new'; readonly number: number; readonly secret: Uint8Array }
  /** It is here already, or was taken over before. */
  | { readonly kind: 'known' }
  /** An account of Django's admin site. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'refused'; readonly reason: string }
)

/** What the store says of some rows. */
export interface EntryStanding {
  /** Rows that were taken over before, by {@link entryKey}. */
  readonly imported: ReadonlySet<string>
  /** By name the origins of their realms, those that are here. */
  readonly realms: ReadonlyMap<string, string>
  /** The number of the entry of a name, as {@link entryName} writes it. */
  numberOf(name: string): number | undefined
  isNumberTaken(number: number): boolean
  /** The highest number that was ever given. */
  readonly highest: number
}

/** What becomes of rows, in their order. A number that is taken or none is replaced by the next free one. */
export function entryFates(
  entries: readonly OldEntry[],
  rules: UngleichotpRules,
  standing: EntryStanding,
): EntryFate[] {
  const added = new Map<string, number>()
  const given = new Set<number>()
  let { highest } = standing
  const free = (number: number) => isNumber(number) && !standing.isNumberTaken(number) && !given.has(number)
  return entries.map((entry) => {
    const plain = plainFate(entry, rules, standing)
    if (plain !== null) return { entry, ...plain }
    const secret = secretOf(entry.seed)
    if (secret === null) return { entry, kind: 'refused', reason: 'its seed is not Base32' }
    const name = entryName(entry)
    const present = added.get(name) ?? standing.numberOf(name)
    if (present === entry.id) return { entry, kind: 'known' }
    if (present !== undefined) return { entry, kind: 'refused', reason: 'there is another entry of this name' }
    const number = free(entry.id) ? entry.id : highest + 1
    highest = Math.max(highest, number)
    added.set(name, number)
    given.add(number)
    return { entry, kind: 'new', number, secret }
  })
}

type PlainFate = { kind: 'known' | 'skipped' } | { kind: 'refused'; reason: string }

// What needs no look at other entries; null for an entry that may come along.
function plainFate(entry: OldEntry, rules: UngleichotpRules, { imported, realms }: EntryStanding): PlainFate | null {
  const { name, realm, seed } = entry
  if (name === '' || realm === '' || seed === '') return { kind: 'skipped' }
  if (imported.has(entryKey(entry))) return { kind: 'known' }
  const inName = wrongName(name, rules)
  if (inName !== null) return { kind: 'refused', reason: `its name is refused (${inName})` }
  const inRealm = wrongRealm(realm, rules)
  if (inRealm !== null) return { kind: 'refused', reason: `its realm is refused (${inRealm})` }
  const isForeign = (realms.get(realm) ?? ungleichotpOrigin) !== ungleichotpOrigin
  return isForeign ? { kind: 'refused', reason: 'its realm belongs to another door' } : null
}

/** Whether an id of the old table may be the number of an entry. */
export function isNumber(id: number): boolean {
  return Number.isSafeInteger(id) && id >= 1
}

/** A row as it is remembered: with name and realm, for ids of another old database may be the same numbers. */
export function entryKey({ id, name, realm }: OldEntry): string {
  return JSON.stringify([id, name, realm])
}

/** Name and realm as one text. */
export function entryName({ name, realm }: { readonly name: string; readonly realm: string }): string {
  return JSON.stringify([name, realm])
}

function secretOf(seed: string): Uint8Array | null {
  try {
    return decodeBase32(seed)
  } catch {
    return null
  }
}
