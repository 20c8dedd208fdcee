import type { FastifyReply, FastifyRequest } from 'fastify'
import { isFailure } from '../../../errors/failure.ts'
import { doneBy } from '../../access/audited.ts'
import { loggedInActor } from '../../access/login/login.ts'
import type { SignedOn } from '../../access/oidc/sign-on.ts'
import type { Tx } from '../../database/storage.ts'
import { toProblem } from '../../http/problem.ts'
import {
  cookieShape,
  dressFor,
  gatePlace,
  type PortalContext,
  safeLocation,
  sendPage,
  setGateCookie,
} from './context.ts'
import { asksAgain } from './login.ts'
import { noticePage } from './page.ts'
import { shownTokenHashes, wishedTarget } from './visitor.ts'

/** `GET /auth/sign-on`: off to the provider, and back to where the visitor wanted. */
export async function beginSignOn(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const returnTo = safeLocation(context, request, wishedTarget(request))
  try {
    const address = await context.access.signOn.begin(request, reply, {
      purpose: 'gate',
      returnTo,
      isAgain: asksAgain(request),
      remembers: context.gate.settings.rememberMs > 0 && /[?&]remember=1(?:&|$)/.test(request.raw.url ?? ''),
    })
    return await reply.redirect(address, 302)
  } catch (error) {
    if (!isFailure(error)) throw error
    const dress = dressFor(context, request)
    const way = { label: dress.texts.backToLogin, href: '/auth/login' }
    const { status } = toProblem(error)
    return sendPage(reply, status, noticePage(dress, dress.texts.logIn, [dress.texts.signOnAway], way))
  }
}

/** Opens the gate session of somebody the provider vouched for. */
export async function finishSignOn(
  context: PortalContext,
  { person, data, oidcSession, isNewSource, proven, remembers }: SignedOn & { readonly remembers: boolean },
  tx: Tx,
  request: FastifyRequest,
): Promise<{ cookies: (reply: FastifyReply) => void }> {
  const { access, core, gate } = context
  // Sessions of before the login end with it (P7).
  await access.sessions.end(tx, { kind: 'gate', tokenHashes: shownTokenHashes(request, gate.settings.cookieName) })
  const { device: _device, ...place } = gatePlace(context, request, remembers)
  const begun = await access.sessions.begin(tx, {
    ...place,
    personId: person.id,
    factors: 'two',
    data,
    ...(oidcSession === undefined ? {} : { oidcSession }),
    ...proven,
  })
  const event = {
    action: 'gate.login',
    objectKind: 'person',
    objectId: person.id,
    objectName: person.username,
    outcome: 'accepted' as const,
    detail: { how: 'sign-on', sessionId: begun.id, newSource: isNewSource },
  }
  await core.audit.append(tx, [doneBy(loggedInActor(person, request.address), event)])
  const shape = cookieShape(context, request)
  const maxAgeMs = remembers ? context.gate.settings.rememberMs : null
  return { cookies: (reply) => (shape === null ? undefined : setGateCookie(reply, shape, begun.token, maxAgeMs)) }
}
