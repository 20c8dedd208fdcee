/** What is there, by the names scopes use; undefined while it is not known. */
export interface KnownObjects {
  readonly realms: readonly string[] | undefined
  readonly accounts: readonly string[] | undefined
}

const kinds = {
  verify: 'realms',
  explain: 'realms',
  enrol: 'realms',
  reveal: 'accounts',
  manage: 'accounts',
} as const satisfies Record<string, keyof KnownObjects>

/** Scopes that name a realm or an account there is not (yet): allowed, but often mistyped. */
export function unmetScopes(scopes: readonly string[], known: KnownObjects): string[] {
  return scopes.filter((scope) => {
    const [verb = '', ...rest] = scope.split(':')
    const name = rest.join(':')
    if (name === '' || name === '*' || !isKind(verb)) return false
    return known[kinds[verb]]?.includes(name) === false
  })
}

function isKind(verb: string): verb is keyof typeof kinds {
  return Object.hasOwn(kinds, verb)
}
