/** The cookies of one Okta org by name, as `Set-Cookie` left them; a plain record, so that it can be stored. */
export type Cookies = Readonly<Record<string, string>>

/** The cookies after an answer: set ones replace, expired or empty ones go. Paths and domains do not matter to one host. */
export function withSetCookies(cookies: Cookies, setCookies: readonly string[], nowMs: number): Cookies {
  const next = { ...cookies }
  for (const line of setCookies) {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(pair.indexOf('=') + 1)
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) continue
    if (value === '' || value === '""' || isExpired(attributes, nowMs)) delete next[name]
    else next[name] = value
  }
  return next
}

/** The `Cookie` header; empty where there are none. */
export function cookieHeader(cookies: Cookies): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

function isExpired(attributes: readonly string[], nowMs: number): boolean {
  const valueOf = (name: string) =>
    attributes.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
  const maxAge = valueOf('max-age')
  if (maxAge !== undefined) return Number(maxAge) <= 0
  const expires = valueOf('expires')
  return expires !== undefined && Date.parse(expires) <= nowMs
}
