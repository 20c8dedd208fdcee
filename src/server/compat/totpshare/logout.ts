import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AccessContext } from '../../access/context.ts'
import { audit } from '../../access/context.ts'
import { consoleCookie } from '../../access/login/console-cookie.ts'
import { sendSentencePage } from '../../http/sentence-page.ts'

const asking = {
  en: {
    heading: 'Log out?',
    sentence: 'Another site sent you here.',
    link: { href: '/logout', text: 'Log out' },
  },
  de: {
    heading: 'Abmelden?',
    sentence: 'Eine andere Website hat Sie hierher geschickt.',
    link: { href: '/logout', text: 'Abmelden' },
  },
}

const loggedOut = {
  // In totpshare's own spelling, by which scripts know the page.
  en: { heading: 'Logged Out', sentence: 'You are logged out.', link: { href: '/', text: 'Log in again' } },
  de: { heading: 'Abgemeldet', sentence: 'Sie sind abgemeldet.', link: { href: '/', text: 'Wieder anmelden' } },
}

/**
 * `GET /logout`: ends the login when the request comes from one of our own pages or from the address bar. A link on
 * somebody else's page shows a button instead, so that nobody is logged out by a picture.
 */
export function logoutPage(app: FastifyInstance, context: AccessContext): void {
  const cookie = consoleCookie(context)
  app.get('/logout', async (request, reply) => {
    if (!isOwnWish(request)) return sendSentencePage(reply, 200, asking.en, asking.de)
    cookie.clear(request, reply)
    await endSession(context, request)
    return sendSentencePage(reply, 200, loggedOut.en, loggedOut.de)
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
