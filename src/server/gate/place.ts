import { pathReadings } from './path-readings.ts'

/**
 * A path that a rule or a gate token names, in every encoding it may come in: itself and what lies below it; with
 * a slash at the end, or `/*`, only what lies below.
 */
export interface Place {
  readonly spellings: readonly string[]
}

/** Reads a path as its author wrote it; `fault` says why it could match nothing, or more than meant. */
export function readPlace(path: string): Place | { readonly fault: string } {
  const prefix = path.replace(/(?<=\/)\*$/, '')
  if (!prefix.startsWith('/')) return { fault: 'a path begins with a slash' }
  if (prefix.includes('*')) return { fault: '* stands only at the end, behind a slash; for others there is path_regex' }
  if (/[?#]/.test(prefix)) return { fault: 'a path has neither ? nor #; the query is never looked at' }
  const spellings = pathReadings(prefix)
  if (spellings === null) return { fault: 'it has an escape that cannot be read; a percent sign is %25' }
  const isPlain = spellings.every((spelling) => !/\/{2}|\/\.{1,2}(?:\/|$)|[\\;?#]/.test(spelling))
  return isPlain ? { spellings } : { fault: 'servers differ on //, . and .. segments, ; and \\; write it without' }
}

/** Tells whether a reading of a visit's path lies in one of some places. */
export function placeMatcher(places: readonly Place[]): (path: string) => boolean {
  const exact = new Set(places.flatMap(({ spellings }) => spellings))
  const below = [...exact].map((spelling) => (spelling.endsWith('/') ? spelling : `${spelling}/`))
  return (path) => exact.has(path) || below.some((prefix) => path.startsWith(prefix))
}
