import { readFileSync } from 'node:fs'
import { Failure, isFailure } from '../../../errors/failure.ts'
import { type ClientSecrets, generatedEndpoints, readClientSecrets } from './client-secrets.ts'
import { refuseUnfitSettings, type SignOnSettings, usualCallbackPath, usualSignOn } from './settings.ts'

/** Variables by name; a secret may also come as `NAME_FILE`. */
export type Variables = Readonly<Record<string, string | undefined>>

/** What the environment says about sign-on. */
export interface SignOnEnvironment {
  /** Null when it names no provider: then the settings of the database count. */
  readonly settings: SignOnSettings | null
  readonly callbackPath: string
}

/**
 * Reads our own variables, else those of totpshare: `OIDC_CLIENT_SECRETS` (a path, or `GENERATED` in any letter
 * case with `OIDC_PROVIDER`, `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET_KEY`), `OIDC_SCOPES`, `OIDC_CALLBACK_ROUTE`,
 * `AUTHZ_ADMIN`.
 *
 * @throws {@link Failure} `config_invalid`, naming what is wrong and never a secret
 */
export function readSignOnEnvironment(variables: Variables): SignOnEnvironment {
  try {
    const callbackPath = readCallbackPath(variables)
    const client = ownClient(variables) ?? totpshareClient(variables)
    if (client === null) return { settings: null, callbackPath }
    const settings: SignOnSettings = { ...usualSignOn, ...client, ...rules(variables) }
    refuseUnfitSettings(settings)
    return { settings, callbackPath }
  } catch (error) {
    if (!isFailure(error, 'sign_on_settings_invalid')) throw error
    throw new Failure('config_invalid', { detail: { mistakes: error.message } })
  }
}

function ownClient(variables: Variables): ClientSecrets | null {
  const issuer = text(variables, 'WATCHWORD_OIDC_ISSUER')
  if (issuer === null) return null
  const clientId = text(variables, 'WATCHWORD_OIDC_CLIENT_ID') ?? ''
  return { issuer, clientId, clientSecret: text(variables, 'WATCHWORD_OIDC_CLIENT_SECRET'), endpoints: {} }
}

function totpshareClient(variables: Variables): ClientSecrets | null {
  const file = text(variables, 'OIDC_CLIENT_SECRETS')
  if (file !== null && file.toLowerCase() !== 'generated') return readClientSecrets(readText(file))
  const issuer = text(variables, 'OIDC_PROVIDER')
  if (issuer === null) {
    if (file === null) return null
    throw unfit(`OIDC_CLIENT_SECRETS=${file} needs OIDC_PROVIDER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET_KEY`)
  }
  const clientId = text(variables, 'OIDC_CLIENT_ID') ?? ''
  const clientSecret = text(variables, 'OIDC_CLIENT_SECRET_KEY')
  return { issuer, clientId, clientSecret, endpoints: generatedEndpoints(issuer) }
}

function rules(variables: Variables): Partial<SignOnSettings> {
  const scopes = text(variables, 'WATCHWORD_OIDC_SCOPES') ?? text(variables, 'OIDC_SCOPES')
  const administrators = text(variables, 'WATCHWORD_OIDC_ADMINISTRATORS_GROUP') ?? text(variables, 'AUTHZ_ADMIN')
  const audience = text(variables, 'WATCHWORD_OIDC_BEARER_AUDIENCE')
  return {
    ...(scopes === null ? {} : { scopes: words(scopes) }),
    ...(administrators === null ? {} : { administratorsGroup: administrators }),
    groupsClaim: text(variables, 'WATCHWORD_OIDC_GROUPS_CLAIM') ?? usualSignOn.groupsClaim,
    // Names of groups hold blanks, so commas alone part them.
    allowedGroups: (text(variables, 'WATCHWORD_OIDC_ALLOWED_GROUPS') ?? '')
      .split(',')
      .map((group) => group.trim())
      .filter((group) => group !== ''),
    acceptBearer: flag(variables, 'WATCHWORD_OIDC_ACCEPT_BEARER'),
    bearerAudience: audience ?? '',
  }
}

function readCallbackPath(variables: Variables): string {
  const path = text(variables, 'WATCHWORD_OIDC_CALLBACK_PATH') ?? text(variables, 'OIDC_CALLBACK_ROUTE')
  if (path === null) return usualCallbackPath
  if (/^\/[\w./-]*$/.test(path) && !path.includes('//')) return path
  throw unfit('the callback path begins with a slash and holds letters, digits, dots and dashes')
}

function flag(variables: Variables, name: string): boolean {
  const value = text(variables, name)?.toLowerCase()
  if (value === undefined || value === 'false' || value === '0') return false
  if (value === 'true' || value === '1') return true
  throw unfit(`${name} is true or false`)
}

function text(variables: Variables, name: string): string | null {
  const file = variables[`${name}_FILE`]
  if (file !== undefined && file !== '') return readText(file).replace(/\r?\n$/, '')
  const value = variables[name]
  return value === undefined || value === '' ? null : value
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw unfit(`the file ${path} cannot be read`)
  }
}

function words(list: string): string[] {
  return list.split(/[\s,]+/).filter((word) => word !== '')
}

function unfit(reason: string): Failure {
  return new Failure('sign_on_settings_invalid', { detail: { reason } })
}
