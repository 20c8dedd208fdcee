import { Failure } from '../../errors/failure.ts'

const longestName = 128
/** Letters of every script, digits and a few signs; blanks only inside. Nothing that means something in a path or scope. */
const realmName = /^[\p{L}\p{M}\p{N}._@+-](?:[\p{L}\p{M}\p{N} ._@+-]*[\p{L}\p{M}\p{N}._@+-])?$/u
/** Control and format characters, separators that are no plain blank, and halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u

/** A name in the one form that is stored and compared (T26): NFC, letter by letter as it was sent otherwise. */
export function canonicalName(name: string): string {
  return name.normalize('NFC')
}

/** What two names have in common that differ in capitals only. */
export function nameKey(name: string): string {
  return canonicalName(name).toLowerCase()
}

/**
 * A new realm's name in canonical form.
 *
 * @throws {@link Failure} `realm_name_invalid`
 */
export function checkedRealmName(name: string): string {
  const canonical = canonicalName(name)
  if (isPathPart(canonical) && realmName.test(canonical)) return canonical
  throw new Failure('realm_name_invalid', { detail: { field: 'name' } })
}

/**
 * A new subject's name in canonical form.
 *
 * @throws {@link Failure} `subject_name_invalid`
 */
export function checkedSubjectName(name: string): string {
  const canonical = canonicalName(name)
  if (isPathPart(canonical) && canonical.trim() === canonical && !unprintable.test(canonical)) return canonical
  throw new Failure('subject_name_invalid', { detail: { field: 'name' } })
}

/**
 * A mail address, or nothing.
 *
 * @throws {@link Failure} `subject_email_invalid`
 */
export function checkedEmail(email: string): string {
  if (email === '' || /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(email)) return email
  throw new Failure('subject_email_invalid', { detail: { field: 'email' } })
}

// Dots alone would walk up a path (T63); so would a slash that some proxy decodes.
function isPathPart(name: string): boolean {
  return name !== '' && name.length <= longestName && !/^\.{1,2}$/.test(name) && !/[/\\]/.test(name)
}
