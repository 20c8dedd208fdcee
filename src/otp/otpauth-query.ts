import { type Remark, remark } from '../errors/remarks.ts'

/** The two halves of what follows the scheme, still encoded. */
export interface SplitUri {
  readonly path: string
  readonly query: string
}

/** The names we give a meaning to; every other parameter is kept as it stands. */
export const knownParameters: ReadonlySet<string> = new Set(
  'secret issuer algorithm digits period counter encoder steam image icon note tags'.split(' '),
)

const gluedParameter = /^([^=]+=.+?)(?=(?:secret|issuer|algorithm|digits|period|counter)=)/i

/**
 * Splits at the question mark that starts the parameters.
 *
 * A label may hold a raw `?`, so the first one counts only when a secret stands among the
 * parameters behind it, else the one right before the secret. A raw `#` is ordinary text here: no
 * otpauth URI has a fragment, but many names have a hash.
 */
export function splitQuery(text: string): SplitUri {
  const first = text.indexOf('?')
  if (first < 0) return { path: text, query: '' }
  const beforeSecret = /&\s*secret=/i.test(text.slice(first)) ? -1 : text.search(/\?\s*secret=/i)
  const mark = beforeSecret < 0 ? first : beforeSecret
  return { path: text.slice(0, mark), query: text.slice(mark + 1) }
}

/** Parameters by name, known names in lower case, with what had to be put right. */
export interface Query {
  readonly parameters: ReadonlyMap<string, string>
  readonly warnings: Remark[]
}

/**
 * Reads form-encoded parameters; the first of two equal names wins.
 *
 * A missing `&` as in `issuer=Fooperiod=30` is put back, as Ente once exported it.
 */
export function readQuery(query: string): Query {
  const parameters = new Map<string, string>()
  const warnings: Remark[] = []
  for (const piece of query.split('&').flatMap((part) => unglue(part, warnings))) {
    const equals = piece.indexOf('=')
    const name = nameOf(decodeForm(equals < 0 ? piece : piece.slice(0, equals)))
    if (name === '') continue
    if (parameters.has(name)) {
      warnings.push(remark('uri_parameter_twice', { name }))
      continue
    }
    parameters.set(name, equals < 0 ? '' : decodeForm(piece.slice(equals + 1)))
  }
  return { parameters, warnings }
}

/** Percent-decoding that leaves malformed escapes as they are instead of failing. */
export function decodePart(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}

function decodeForm(text: string): string {
  return decodePart(text.replaceAll('+', ' '))
}

function nameOf(text: string): string {
  const name = text.trim()
  return knownParameters.has(name.toLowerCase()) ? name.toLowerCase() : name
}

function unglue(part: string, warnings: Remark[]): string[] {
  const glued = gluedParameter.exec(part)?.[1]
  if (glued === undefined) return [part]
  warnings.push(remark('uri_ampersand_missing'))
  return [glued, ...unglue(part.slice(glued.length), warnings)]
}
