import type { JWTPayload } from 'jose'
import { Failure } from '../../../errors/failure.ts'
import { type AccessContext, audit } from '../context.ts'
import { endLogins } from '../end-logins.ts'
import { personByProvider } from '../people/store.ts'
import type { Tx } from '../../database/storage.ts'
import { keysOf, signatureAlgorithms } from './keys.ts'
import { isUnreached, type Provider, reasonOf } from './provider.ts'
import { providerSession, type SignOn } from './sign-on.ts'
import { refuseSecondUse } from './used-once.ts'

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'
const tokenLivesMs = 10 * 60_000

/**
 * Ends the sessions a provider says are over (OpenID Connect Back-Channel Logout 1.0). The token's signature is
 * checked, so nobody else can end a session this way (T65), and each counts once.
 *
 * @throws {@link Failure} `sign_on_refused`, `sign_on_busy`
 */
export async function endFromOutside(context: AccessContext, signOn: SignOn, logoutToken: string): Promise<void> {
  const provider = await signOn.provider()
  const claims = await verified(context, provider, logoutToken)
  const { iss = '', sub, jti = '' } = claims
  const sid = typeof claims['sid'] === 'string' ? claims['sid'] : undefined
  await context.storage.transaction(async (tx) => {
    await refuseSecondUse(context, tx, 'logout-token', `${iss} ${jti}`, 2 * tokenLivesMs)
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
    throw new Failure(isUnreached(cause) ? 'sign_on_busy' : 'sign_on_refused', { cause })
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
