/**
 * The gate token of an Authorization header: a Bearer, or the password of Basic, whose user name may be
 * anything (B8). Null for whatever else.
 */
export function gateToken(header: string | undefined): string | null {
  if (header === undefined) return null
  const [scheme = '', value = ''] = header.split(' ', 2)
  if (scheme.toLowerCase() === 'bearer') return value === '' ? null : value
  if (scheme.toLowerCase() !== 'basic') return null
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  const at = decoded.indexOf(':')
  return at < 0 || at === decoded.length - 1 ? null : decoded.slice(at + 1)
}
