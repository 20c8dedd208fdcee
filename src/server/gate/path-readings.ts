/** Rounds of percent-decoding after which a path that still changes is refused. */
const maxDecodings = 3
/** Readings after which a path is refused: no ordinary one can be taken apart in so many ways. */
const maxReadings = 64

/**
 * Every way a proxy or an app may read a raw request path, always absolute and without query or fragment.
 *
 * Proxies and apps disagree on when to decode, merge slashes, drop dot segments, cut `;` parameters and turn
 * backslashes (forward-auth P4, P13, P14), and each of them may do so with what the one before it made of the path.
 * So whatever one step makes is read again, until nothing new comes out. The gate judges all readings and the
 * strictest verdict counts.
 *
 * @param rawPath - as it stood in the request line, query allowed
 * @returns null for what no one reads the same way: bad escapes, control characters, endless encodings
 */
export function pathReadings(rawPath: string): readonly string[] | null {
  if (!rawPath.startsWith('/') || hasControl(rawPath)) return null
  const path = cutAt(rawPath, ['?', '#'])
  // The common case: nothing two parsers could read differently.
  if (/^(?:\/[\w.~!$&'()*+,=:@-]+)*\/?$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path)) return [path]
  if (/%(?![0-9a-f]{2})/i.test(path)) return null
  const first = decode(path, harmless)
  return first === null ? null : readingsFrom(first)
}

function readingsFrom(first: string): readonly string[] | null {
  const decodings = new Map([[first, 0]])
  // A map hands out what is added to it on the way.
  for (const [path, rounds] of decodings) {
    for (const escapes of decoders) {
      const decoded = decode(path, escapes)
      if (decoded === null || hasControl(decoded)) return null
      if (decoded !== path && rounds === maxDecodings) return null
      if (!decodings.has(decoded)) decodings.set(decoded, rounds + 1)
    }
    for (const respell of respellings) {
      const respelled = respell(path)
      if (!decodings.has(respelled)) decodings.set(respelled, rounds)
    }
    if (decodings.size > maxReadings) return null
  }
  return [...decodings.keys()]
}

const respellings: readonly ((path: string) => string)[] = [
  (path) => path.replaceAll('\\', '/'),
  (path) => cutAt(path, ['?', '#']),
  (path) => path.replaceAll(/;[^/]*/g, ''),
  (path) => path.replaceAll(/\/{2,}/g, '/'),
  // Two slashes begin an authority (RFC 3986 section 4.2), and some apps read the request target as a reference.
  (path) => path.replace(/^\/{2,}[^/]*\/?/, '/'),
  resolveDots,
]

// RFC 3986 section 5.2.4, keeping empty segments: they are a spelling of their own.
function resolveDots(path: string): string {
  if (!path.includes('/.')) return path
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
const harmless = /(?:%(?!2f|5c|3b|25|3f|23|0|1|7f)[0-9a-f]{2})+/gi
// Some servers decode all but slashes (Apache's AllowEncodedSlashes NoDecode), most decode everything.
const decoders = [harmless, /(?:%(?!2f|5c)[0-9a-f]{2})+/gi, /(?:%[0-9a-f]{2})+/gi]

/** Decodes some escapes once; null where bytes hide a character in more bytes than it takes (RFC 3629 section 10). */
function decode(path: string, escapes: RegExp): string | null {
  if (!path.includes('%')) return path
  if (/%c[01]%[89ab]|%e0%[89]|%f0%8/i.test(path)) return null
  return path.replaceAll(escapes, textOf).replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toLowerCase())
}

// What is no UTF-8 is read as older software does, a character for each byte.
function textOf(run: string): string {
  try {
    return decodeURIComponent(run)
  } catch {
    return Buffer.from(run.replaceAll('%', ''), 'hex').toString('latin1')
  }
}

function cutAt(path: string, marks: readonly string[]): string {
  return marks.reduce((rest, mark) => rest.split(mark, 1)[0] ?? rest, path)
}

function hasControl(text: string): boolean {
  return [...text].some((character) => character.charCodeAt(0) < 0x20 || character.charCodeAt(0) === 0x7f)
}
