/** Rounds of percent-decoding after which a path that still changes is refused. */
const maxDecodings = 3

/**
 * Every way a proxy or an app may read a raw request path, always absolute and without query or fragment.
 *
 * Proxies and apps disagree on when to decode, merge slashes, drop dot segments, cut `;` parameters and turn
 * backslashes (forward-auth P4, P13, P14). The gate judges all readings and the strictest verdict counts.
 *
 * @param rawPath - as it stood in the request line, query allowed
 * @returns null for what no one reads the same way: bad escapes, control characters, endless encodings
 */
export function pathReadings(rawPath: string): readonly string[] | null {
  if (!rawPath.startsWith('/') || hasControl(rawPath)) return null
  const path = cutAt(rawPath, ['?', '#'])
  // The common case: nothing two parsers could read differently.
  if (/^(?:\/[\w.~!$&'()*+,=:@-]+)*\/?$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path)) return [path]
  const readings = new Set<string>()
  let decoded = decodeHarmless(path)
  for (let round = 0; round <= maxDecodings; round += 1) {
    if (decoded === null || hasControl(decoded)) return null
    for (const reading of spellings(decoded)) readings.add(reading)
    const next = decodeOnce(decoded)
    if (next === decoded) return [...readings]
    decoded = next
  }
  return null
}

function spellings(path: string): string[] {
  const forward = path.replaceAll('\\', '/')
  const shapes = [path, forward, cutAt(forward, ['?', '#']), withoutParameters(forward)]
  return shapes.flatMap((shape) => [shape, mergeSlashes(shape), resolveDots(shape), resolveDots(mergeSlashes(shape))])
}

function withoutParameters(path: string): string {
  return path.replaceAll(/;[^/]*/g, '')
}

function mergeSlashes(path: string): string {
  return path.replaceAll(/\/{2,}/g, '/')
}

// RFC 3986 section 5.2.4, keeping empty segments: they are a spelling of their own.
function resolveDots(path: string): string {
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1
    if (segment === '..') kept.pop()
    if (segment !== '.' && segment !== '..') kept.push(segment)
    else if (isLast) kept.push('')
  })
  return `/${kept.join('/')}`
}

// RFC 3986 section 6.2.2.2: escapes of these characters are the same path to everybody; what steers a parser stays.
function decodeHarmless(path: string): string | null {
  try {
    return path.replaceAll(/(?:%(?!2f|5c|3b|25|3f|23|0|1|7f)[0-9a-f]{2})+/gi, (run) => decodeURIComponent(run))
  } catch {
    return null
  }
}

function decodeOnce(path: string): string | null {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

function cutAt(path: string, marks: readonly string[]): string {
  return marks.reduce((rest, mark) => rest.split(mark, 1)[0] ?? rest, path)
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character.charCodeAt(0) < 0x20 || character.charCodeAt(0) === 0x7f)
}
