import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { Failure } from '../../../errors/failure.ts'
import type { PersonActor } from '../../http/actor.ts'
import type { Authenticator } from '../../http/chain.ts'
import { bearer } from '../authenticators.ts'
import { type AccessContext, nowMs } from '../context.ts'
import { asActor } from '../people/directory.ts'
import { personByProvider } from '../people/store.ts'
import { tokenKey } from '../token-key.ts'
import { tokenPrefix } from '../tokens/tokens.ts'
import { type Claims, mayLogIn, namesSomebody, readClaims, roleAfterSignOn } from './claims.ts'
import { keysOf, signatureAlgorithms } from './keys.ts'
import { isUnreached, type Provider, reasonOf } from './provider.ts'
import { provisionPerson, signOnTransaction } from './provision.ts'
import type { SignOnSettings } from './settings.ts'
import type { SignOn } from './sign-on.ts'

/** A verified access token is not verified again for this long. */
const knownForMs = 60_000
const maxKnown = 1000
const jwtShape = /^[\w-]+\.[\w-]+\.[\w-]*$/

interface Known {
  readonly personId: string
  readonly role: PersonActor['role']
  readonly untilMs: number
  readonly issuedAtMs: number
  readonly settings: SignOnSettings
}

/**
 * Knows people by access tokens of the provider (JWT, signature, issuer, audience and time checked). Off unless the
 * settings accept them.
 *
 * @throws {@link Failure} `token_refused`; `sign_on_busy` where the provider's keys cannot be fetched
 */
export function byProviderToken(context: AccessContext, signOn: SignOn): Authenticator {
  const known = new Map<string, Known>()
  let keys: { provider: Provider; get: JWTVerifyGetKey } | null = null

  const verify = async (text: string, provider: Provider): Promise<JWTPayload> => {
    if (keys?.provider !== provider) keys = { provider, get: await keysOf(provider) }
    const { jwtVerify } = await import('jose')
    const { payload } = await jwtVerify(text, keys.get, {
      issuer: provider.configuration.serverMetadata().issuer,
      audience: provider.settings.bearerAudience,
      algorithms: signatureAlgorithms,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: 60,
    })
    return payload
  }

  const learn = async (text: string, address: string): Promise<Known> => {
    const provider = await signOn.provider()
    const payload = await verify(text, provider).catch((cause: unknown) => {
      context.services.log.debug({ reason: reasonOf(cause) }, 'an access token was refused')
      throw new Failure(isUnreached(cause) ? 'sign_on_busy' : 'token_refused', { cause })
    })
    const claims = readClaims(payload, {}, provider.settings)
    if (!namesSomebody(claims) || !mayLogIn(claims, provider.settings)) throw new Failure('token_refused')
    const personId = await personOf(context, claims, provider.settings, address)
    const issuedAtMs = (payload.iat ?? 0) * 1000
    const untilMs = Math.min((payload.exp ?? 0) * 1000, nowMs(context) + knownForMs)
    return {
      personId,
      role: roleAfterSignOn(null, claims, provider.settings),
      untilMs,
      issuedAtMs,
      settings: provider.settings,
    }
  }

  return async (request) => {
    const text = bearer(request)
    if (text === null || text.startsWith(tokenPrefix) || !jwtShape.test(text)) return null
    const settings = await signOn.settings.active()
    if (settings === null || !settings.acceptBearer) return null
    const key = tokenKey(text)
    const remembered = known.get(key)
    const isFresh = remembered !== undefined && nowMs(context) < remembered.untilMs && remembered.settings === settings
    const token = isFresh ? remembered : await learn(text, request.address)
    if (!isFresh) {
      known.set(key, token)
      if (known.size > maxKnown) known.delete(known.keys().next().value ?? '')
    }
    return actorFor(context, token, request.address)
  }
}

// The provider's token says what its bearer administers; auditors and groups are as of the last sign-on.
async function actorFor(context: AccessContext, token: Known, address: string): Promise<PersonActor> {
  const person = await context.directory.get(token.personId)
  if (person === null || !person.enabled) throw new Failure('token_refused')
  const isNarrowed = token.settings.administratorsGroup !== '' && person.role === 'administrator'
  return {
    ...asActor(person),
    ...(isNarrowed ? { role: token.role } : {}),
    address,
    factors: 'two',
    authenticatedAtMs: token.issuedAtMs,
  }
}

// A token that says nothing about groups changes none, nor does one issued before what was said last. Nor does one without a name and an address
// take them away, as most access tokens would.
async function personOf(
  context: AccessContext,
  claims: Claims,
  settings: SignOnSettings,
  address: string,
): Promise<string> {
  const known = await personByProvider(context.storage.db, claims.issuer, claims.subject)
  if (known !== null && claims.groups === null) return known.id
  const told = {
    ...claims,
    displayName: claims.displayName === '' ? (known?.displayName ?? '') : claims.displayName,
    email: claims.email === '' ? (known?.email ?? '') : claims.email,
  }
  const person = await signOnTransaction(context, (tx) =>
    provisionPerson(context, tx, told, settings, address, 'token'),
  )
  return person.id
}
