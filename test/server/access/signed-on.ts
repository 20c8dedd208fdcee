import type { Claims } from '../../../src/server/access/oidc/claims.ts'
import { provisionPerson } from '../../../src/server/access/oidc/provision.ts'
import type { SignOnSettings } from '../../../src/server/access/oidc/settings.ts'
import type { Tx } from '../../../src/server/database/storage.ts'
import type { House } from './house.ts'

const issuer = 'https://login.example.org'

const settings: SignOnSettings = {
  issuer,
  clientId: 'watchword',
  clientSecret: null,
  scopes: ['openid'],
  groupsClaim: 'groups',
  administratorsGroup: '',
  allowedGroups: [],
  acceptBearer: false,
  bearerAudience: '',
  endpoints: {},
}

/** What the provider says of somebody called Ada. */
export function claimsOf(subject: string, groups: readonly string[] = []): Claims {
  const assurance = { acr: null, amr: [], authTimeMs: null }
  return {
    issuer,
    subject,
    username: 'ada',
    displayName: 'Ada',
    email: '',
    groups,
    assurance,
    issuedAtMs: 0,
    session: null,
  }
}

/** The person of whom the provider says this, as a sign-on makes or finds them in its transaction. */
export function provision({ access }: House, tx: Tx, claims: Claims): ReturnType<typeof provisionPerson> {
  return provisionPerson(access.context, tx, claims, settings, '192.0.2.1')
}
