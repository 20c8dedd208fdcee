import { Failure } from '../../errors/failure.ts'

/**
 * Refuses what the driver could not read as the address of a PostgreSQL database.
 *
 * @throws {@link Failure} `database_address_invalid`
 */
export function refuseUnlessPostgresAddress(url: string): void {
  if (/^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? '')) return
  throw new Failure('database_address_invalid', { detail: { address: withoutPassphrase(url) } })
}

/** The address without what stands before its host and behind its name: there may be a passphrase in both. */
function withoutPassphrase(url: string): string {
  // Up to the last @: an address is often not understood because of a / or # in the passphrase.
  return url.replace(/\/\/.*@/s, '//').replace(/\?.*/s, '')
}
