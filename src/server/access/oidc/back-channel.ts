import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { Failure } from '../../../errors/failure.ts'
import { type AccessContext, audit, nowMs } from '../context.ts'
import { endLogins } from '../end-logins.ts'
import { keepOnce } from '../one-time.ts'
import { isDuplicate } from '../../database/conflict.ts'
import { personByProvider } from '../people/store.ts'
import type { Tx } from '../../database/storage.ts'
import { type Provider, reasonOf } from './provider.ts'
import { providerSession, type SignOn } from './sign-on.ts'

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'
const tokenLivesMs = 10 * 60_000
/** Signatures by a key the provider alone holds; never `none`, never a shared secret. */
export const signatureAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
]

/** The provider's public keys, fetched when first needed and again for a key id nobody knows. */
export async function keysOf({ configuration }: Provider): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet } = await import('jose')
  const { jwks_uri } = configuration.serverMetadata()
  if (jwks_uri === undefined) throw new Failure('sign_on_busy')
  return createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: 10_000 })
}

/**
 * Ends the sessions a provider says are over (OpenID Connect Back-Channel Logout 1.0). The token's signature is
 * checked, so nobody else can end a session this way (T65), and each counts once.
 *
 * @throws {@link Failure} `sign_on_refused`
 */
export async function endFromOutside(context: AccessContext, signOn: SignOn, logoutToken: string): Promise<void> {
  const provider = await signOn.provider()
  const claims = await verified(context, provider, logoutToken)
  const { iss = '', sub, jti = '' } = claims
  const sid = typeof claims['sid'] === 'string' ? claims['sid'] : undefined
  await context.storage.transaction(async (tx) => {
    await useOnce(context, tx, `${iss} ${jti}`)
    const ended = await endSessions(context, tx, { issuer: iss, subject: sub, session: sid })
    await audit(
      context,
      tx,
      { kind: 'stranger', address: '' },
      {
        action: 'session.end_by_provider',
        objectKind: 'person',
        objectId: ended[0]?.personId ?? context.audit.unknownName(`${iss} ${sub ?? ''}`),
        outcome: 'done',
        detail: { ended: ended.length },
      },
    )
  })
}

async function verified(context: AccessContext, provider: Provider, token: string): Promise<JWTPayload> {
  const { configuration, settings } = provider
  try {
    const { jwtVerify } = await import('jose')
    const { payload } = await jwtVerify(token, await keysOf(provider), {
      issuer: configuration.serverMetadata().issuer,
      audience: settings.clientId,
      algorithms: signatureAlgorithms,
      requiredClaims: ['iat', 'jti', 'events'],
      maxTokenAge: tokenLivesMs / 1000,
      clockTolerance: 60,
    })
    const events = payload['events']
    const isLogout = typeof events === 'object' && events !== null && logoutEvent in events
    const names = payload.sub !== undefined || typeof payload['sid'] === 'string'
    // A nonce would make it an id token that somebody sends here.
    if (!isLogout || !names || 'nonce' in payload) throw new Error('it is no logout token')
    return payload
  } catch (cause) {
    context.services.log.warn({ reason: reasonOf(cause) }, 'a logout token was refused')
    throw new Failure('sign_on_refused', { cause })
  }
}

async function useOnce(context: AccessContext, tx: Tx, token: string): Promise<void> {
  try {
    await keepOnce(tx, 'logout-token', {}, { nowMs: nowMs(context), livesMs: 2 * tokenLivesMs, token })
  } catch (error) {
    if (isDuplicate(error)) throw new Failure('sign_on_refused')
    throw error
  }
}

async function endSessions(
  context: AccessContext,
  tx: Tx,
  over: { issuer: string; subject: string | undefined; session: string | undefined },
) {
  if (over.session !== undefined) {
    return context.sessions.end(tx, { oidcSession: providerSession(over.issuer, over.session) })
  }
  const person = await personByProvider(tx, over.issuer, over.subject ?? '')
  return person === null ? [] : endLogins(context, tx, { personId: person.id })
}
