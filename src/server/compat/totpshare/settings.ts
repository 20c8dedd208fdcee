import { Environment, type Variables } from '../../http/environment.ts'
import { Failure } from '../../../errors/failure.ts'
import { knownDefaultKey } from './folder-file.ts'

/** What totpshare's variables mean here. */
export interface TotpshareSettings {
  /** A folder of the old program, imported read-only at start; null when none is named. */
  readonly folder: string | null
  /** Opens that folder and seals nothing. */
  readonly encryptionKey: string
  /** Everyone who is logged in may add and delete accounts; totpshare's rule without `AUTHZ_ADMIN`. */
  readonly isOpenToAll: boolean
  /** The group that may add and delete, as messages name it; empty when no group was set. */
  readonly administratorsGroup: string
  /** Sentences for the log: variables that are understood and do nothing here. */
  readonly notes: readonly string[]
}

const literals = ['SESSION_PERMANENT', 'SESSION_COOKIE_SECURE', 'SESSION_USE_SIGNER', 'OIDC_ID_TOKEN_COOKIE_SECURE']

const notNeeded: Readonly<Record<string, string>> = {
  SECRET_KEY: 'sessions are random and kept as hashes, nothing is signed with it',
  SESSION_TYPE: 'sessions are kept in the database',
  SESSION_USE_SIGNER: 'session cookies are random and need no signature',
  SESSION_PERMANENT: 'the settings say how long a session lasts',
  OIDC_ID_TOKEN_COOKIE_SECURE: 'there is no cookie that holds an identity',
}

/**
 * Reads the variables of totpshare that belong to the vault; those of the login are read where sign-on is.
 *
 * @throws {@link Failure} `config_invalid`, naming the variable and never its value
 */
export function readTotpshareSettings(variables: Variables): TotpshareSettings {
  const environment = new Environment(variables)
  for (const name of literals) {
    const value = environment.text(name)
    if (value !== null && value !== 'True' && value !== 'False') environment.refuse(`${name} is True or False`)
  }
  const settings: TotpshareSettings = {
    folder: environment.path('TOTPSHARE_FILE_PATH'),
    encryptionKey: environment.text('TOTPSHARE_FILE_ENCKEY') ?? knownDefaultKey,
    isOpenToAll: environment.flag('WATCHWORD_TOTPSHARE_OPEN_ADMIN') ?? false,
    administratorsGroup: environment.text('AUTHZ_ADMIN') ?? '',
    notes: Object.entries(notNeeded)
      .filter(([name]) => variables[name] !== undefined)
      .map(([name, why]) => `${name} is not needed: ${why}.`),
  }
  if (environment.mistakes.length === 0) return settings
  throw new Failure('config_invalid', { detail: { mistakes: environment.mistakes.join('; ') } })
}
