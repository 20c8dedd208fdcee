/** Whom the app behind the proxy is told of. */
export interface Identity {
  readonly username: string
  readonly displayName: string
  readonly email: string
  readonly groups: readonly string[]
}

/** Nobody: what an app hears when a rule let a stranger pass. */
export const nobody: Identity = { username: '', displayName: '', email: '', groups: [] }

/**
 * Whom an app is told of when a service's token passes: `service/NAME`. No person's name has a slash, so an app that
 * gives `alice` her own page never gives it to a token of that name.
 */
export function serviceIdentity(name: string): Identity {
  return { ...nobody, username: `service/${name}` }
}

/**
 * The four identity headers, always all of them: an absent one would let the visitor's own pass (P17).
 *
 * What cannot stand in a header is percent-encoded as RFC 8187 does; names with two `@`, commas, colons or
 * control characters are left out altogether (P8, P35).
 */
export function identityHeaders(identity: Identity): Readonly<Record<string, string>> {
  return {
    'Remote-User': strictName(identity.username),
    'Remote-Groups': identity.groups
      .map(strictName)
      .filter((name) => name !== '')
      .join(','),
    'Remote-Name': headerText(identity.displayName),
    'Remote-Email': /^[^\s@,:]+@[^\s@,:]+$/.test(identity.email) ? headerText(identity.email) : '',
  }
}

function strictName(name: string): string {
  const isStrict = !/[,:\p{Cc}]/u.test(name) && name.split('@').length <= 2
  return isStrict ? headerText(name) : ''
}

function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x24\x26-\x7e]/gu, (character) =>
    /\p{Cc}/u.test(character) ? '' : encodeURIComponent(character),
  )
}
