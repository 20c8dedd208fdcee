import { nameKey } from '../../subjects/names.ts'
import { callerRealms, isReserved } from '../../subjects/reserved.ts'
import { type FieldRules, wrongText } from './fields.ts'

const ownRealms: readonly string[] = Object.values(callerRealms)

/** What is wrong with the name of an entry to be made, in a sentence; null when nothing is. */
export function wrongName(name: string, rules: FieldRules): string | null {
  return wrongText(name, rules) ?? wrongSigns(name)
}

/**
 * What is wrong with the realm of an entry to be made or moved there, in a sentence; null when nothing is.
 *
 * ungleichotp took any text. Here scopes name realms, so that a star would mean all of them and a comma two, and no
 * address leads to dots.
 */
export function wrongRealm(realm: string, rules: FieldRules): string | null {
  if (ownRealms.includes(realm)) return null
  if (isReserved(nameKey(realm))) return 'This realm is reserved.'
  if (/[*,]/.test(realm)) return 'The signs * and , are not allowed.'
  if (realm === '.' || realm === '..') return 'Dots alone are not allowed.'
  return wrongText(realm, rules) ?? wrongSigns(realm)
}

// Names and realms are printed on terminals.
function wrongSigns(text: string): string | null {
  return /\p{Cc}/u.test(text) ? 'Control characters are not allowed.' : null
}
