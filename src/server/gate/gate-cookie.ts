/** Longest cookie value worth looking at, in characters; ours are far shorter. */
const maxValueLength = 512

/** More values of our name than browsers keep for one site; each one that is shaped like ours is looked up. */
const maxValues = 200
const ourShape = /^(?:[\w-]{43}|[0-9a-f]{64})$/

/** The names our cookie may have: bound to its host, sent over TLS only, or as simpleotp had it. */
function cookieNames(name: string): readonly string[] {
  return [`__Host-${name}`, `__Secure-${name}`, name]
}

/**
 * Every value of our cookie in a Cookie header, best bound first. Cookies of others are never parsed, so that
 * an odd one cannot hide ours (P11, P30).
 */
export function gateCookieValues(header: string | undefined, name: string): string[] {
  const at = header === undefined ? -1 : header.indexOf(name)
  if (header === undefined || at < 0) return []
  // Almost always our cookie is there once; nothing else has to be looked at then.
  if (!header.includes(name, at + 1)) return valueAt(header, name, at)
  const pairs = header.split(';').map((pair) => pair.trim())
  const values = cookieNames(name).flatMap((full) =>
    pairs.filter((pair) => pair.startsWith(`${full}=`)).map((pair) => pair.slice(full.length + 1)),
  )
  return [...new Set(values.filter((value) => ourShape.test(value)))].slice(0, maxValues).map(tokenIn)
}

function valueAt(header: string, name: string, at: number): string[] {
  const start = header.lastIndexOf(';', at) + 1
  const prefix = header.slice(start, at).trim()
  if (header[at + name.length] !== '=' || (prefix !== '' && prefix !== '__Host-' && prefix !== '__Secure-')) return []
  const end = header.indexOf(';', at)
  const value = header.slice(at + name.length + 1, end < 0 ? header.length : end).trim()
  return value === '' || value.length > maxValueLength ? [] : [tokenIn(value)]
}

/** simpleotp's clients expect 64 hexadecimal digits in its cookie: the same 256 bits, spelled otherwise. */
const hexToken = /^[0-9a-f]{64}$/

function tokenIn(value: string): string {
  return value.length === 64 && hexToken.test(value) ? Buffer.from(value, 'hex').toString('base64url') : value
}

/** A session's token as its cookie spells it. */
export function cookieValue({ isBare }: Pick<CookieShape, 'isBare'>, token: string): string {
  return isBare ? Buffer.from(token, 'base64url').toString('hex') : token
}

/** How the cookie of a login is set. */
export interface CookieShape {
  readonly name: string
  readonly isSecure: boolean
  /** Domain attribute, or null for a host-only cookie. */
  readonly domain: string | null
  /** simpleotp's clients know the cookie by its bare name. */
  readonly isBare: boolean
}

/** The name with the strongest prefix its shape allows. */
function fullCookieName({ name, isSecure, domain, isBare }: CookieShape): string {
  if (!isSecure || isBare) return name
  return domain === null ? `__Host-${name}` : `__Secure-${name}`
}

/** The Set-Cookie value of a login; `maxAgeSeconds` absent makes it end with the browser. */
export function setCookieText(shape: CookieShape, value: string, maxAgeSeconds?: number): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax']
  if (shape.isSecure) attributes.push('Secure')
  if (shape.domain !== null) attributes.push(`Domain=${shape.domain}`)
  if (maxAgeSeconds !== undefined) attributes.push(`Max-Age=${maxAgeSeconds}`)
  return [`${fullCookieName(shape)}=${value}`, ...attributes].join('; ')
}

/** The Set-Cookie values that remove every variant ever set for a host (P31). */
export function clearCookieTexts(name: string, isSecure: boolean, domains: readonly string[]): string[] {
  const bare = [null, ...domains].map((domain) => ({ name, isSecure, domain, isBare: true }))
  const prefixed = isSecure ? [null, ...domains].map((domain) => ({ name, isSecure, domain, isBare: false })) : []
  return [...bare, ...prefixed].map((shape) => setCookieText(shape, '', 0))
}
