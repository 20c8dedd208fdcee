import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AccessContext } from '../../access/context.ts'
import { audit } from '../../access/context.ts'
import { consoleCookie } from '../../access/login/console-cookie.ts'
import { sentencePage } from './page.ts'

/**
 * `GET /logout`: ends the login when the request comes from one of our own pages or from the address bar. A link on
 * somebody else's page shows a button instead, so that nobody is logged out by a picture.
 */
export function logoutPage(app: FastifyInstance, context: AccessContext): void {
  const cookie = consoleCookie(context)
  app.get('/logout', async (request, reply) => {
    reply.type('text/html; charset=utf-8')
    if (!isOwnWish(request)) {
      return sentencePage('Log out?', 'Another site sent you here.', { href: '/logout', text: 'Log out' })
    }
    cookie.clear(request, reply)
    await endSession(context, request)
    return sentencePage('Logged Out', 'You are logged out.', { href: '/', text: 'Log in again' })
  })
}

async function endSession(context: AccessContext, { actor }: FastifyRequest): Promise<void> {
  const sessionId = actor.kind === 'person' ? actor.sessionId : undefined
  if (sessionId === undefined) return
  await context.storage.transaction(async (tx) => {
    await context.sessions.end(tx, { id: sessionId })
    await audit(context, tx, actor, {
      action: 'person.logout',
      objectKind: 'session',
      objectId: sessionId,
      outcome: 'done',
    })
  })
}

function isOwnWish(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}
