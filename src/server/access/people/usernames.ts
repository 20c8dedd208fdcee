import { Failure } from '../../../errors/failure.ts'

// Control and format characters could make two names look alike or break a log line (T26, T62), slashes and dots
// alone would walk up a path (T63).
const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\]|^\.{1,2}$/u

/** A name in the one spelling we keep: composed (NFC), as Unicode Standard Annex 15 defines it. */
export function normaliseName(name: string): string {
  return name.normalize('NFC')
}

/** What may exist only once: two names that differ by case alone would be taken for each other. */
export function usernameKey(username: string): string {
  return normaliseName(username).toLowerCase()
}

/**
 * A name fit for a new person or group.
 *
 * @param field - what the request calls it
 * @throws {@link Failure} `username_invalid`
 */
export function checkedName(name: string, field: 'username' | 'name' = 'username'): string {
  const normal = normaliseName(name)
  if (normal === '' || normal.length > 128 || normal !== normal.trim() || unfit.test(normal)) {
    throw new Failure('username_invalid', { detail: { field } })
  }
  return normal
}
