/** The name an account gets when nobody gives it one: the same the server gives to what is imported. */
export function labelFor({ issuer, name }: { readonly issuer: string; readonly name: string }): string {
  return issuer !== '' && name !== '' ? `${issuer} (${name})` : issuer || name
}
