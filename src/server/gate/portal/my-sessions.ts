import type { FastifyReply, FastifyRequest } from 'fastify'
import { doneBy } from '../../access/audited.ts'
import { sessionActor } from '../../access/authenticators.ts'
import { endLogins } from '../../access/end-logins.ts'
import type { AuditEvent } from '../../audit/event.ts'
import {
  clearGateCookies,
  deviceOf,
  dressFor,
  type Form,
  issueFormToken,
  type PortalContext,
  refuseForgery,
  sendPage,
} from './context.ts'
import { deviceName } from './device-name.ts'
import { logoutPage, noticePage, sessionsPage } from './page.ts'
import { everySignedIn, shownTokenHashes, signedIn, type SignedIn } from './visitor.ts'

const loginFirst = '/auth/login?rd=%2Fauth%2Fsessions'

/** `GET /auth/logout`: ends the session and leads to `/`, unless another site may have sent the visitor (P27). */
export async function getLogout(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return askLogout(context, request, reply, 200)
  await endOwn(context, request, reply)
  return reply.redirect('/', 302)
}

/** `POST /auth/logout`: the button's way. */
export async function postLogout(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
): Promise<FastifyReply> {
  if (refuseForgery(context, request, form) !== null) return askLogout(context, request, reply, 403)
  await endOwn(context, request, reply)
  const dress = dressFor(context, request)
  const way = { label: dress.texts.backToLogin, href: '/auth/login' }
  return sendPage(reply, 200, noticePage(dress, dress.texts.logOut, [dress.texts.loggedOut], way))
}

function askLogout(context: PortalContext, request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
  return sendPage(reply, status, logoutPage(dressFor(context, request), issueFormToken(context, request, reply)))
}

// Every session the browser shows ends, whoever it belongs to: what is left would open the apps again.
async function endOwn(context: PortalContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { access, core, gate } = context
  const { cookieName } = gate.settings
  const signedOut = await everySignedIn(access.sessions, request, cookieName)
  if (signedOut.length > 0) {
    await core.storage.transaction(async (tx) => {
      await access.sessions.end(tx, { kind: 'gate', tokenHashes: shownTokenHashes(request, cookieName) })
      for (const session of signedOut) await core.audit.append(tx, [ending(session, request, 'gate.logout', 1)])
    })
  }
  context.loops.forget(deviceOf(request))
  clearGateCookies(context, request, reply)
}

/** `GET /auth/sessions`: where one is logged in. */
export async function showSessions(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const session = await signedIn(context.access.sessions, request, context.gate.settings.cookieName)
  return session === null ? reply.redirect(loginFirst, 302) : sendSessions(context, request, reply, session)
}

async function sendSessions(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  session: SignedIn,
  told: { readonly status: number; readonly message: string | null } = { status: 200, message: null },
): Promise<FastifyReply> {
  const rows = await context.access.sessions.list({ personId: session.person.id, kind: 'gate' }, { limit: 100 })
  const lines = rows.map((row) => ({
    id: row.id,
    address: row.address,
    device: deviceName(row.userAgent),
    lastSeen: new Date(row.lastSeenAtMs).toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    isCurrent: row.id === session.session.id,
  }))
  const shown = { lines, message: told.message }
  const token = issueFormToken(context, request, reply)
  return sendPage(reply, told.status, sessionsPage(dressFor(context, request), token, shown))
}

/** `POST /auth/sessions`: ends one of them, or all others. */
export async function endSessions(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
): Promise<FastifyReply> {
  const session = await signedIn(context.access.sessions, request, context.gate.settings.cookieName)
  if (session === null) return reply.redirect(loginFirst, 303)
  if (refuseForgery(context, request, form) !== null) {
    const message = dressFor(context, request).texts.expired
    return sendSessions(context, request, reply, session, { status: 403, message })
  }
  const wish = form['session'] ?? ''
  if (wish !== '') await endSome(context, request, session, wish)
  return reply.redirect('/auth/sessions', 303)
}

// The person's own id stands in the filter: nobody ends another's session here.
async function endSome(
  { core, access }: PortalContext,
  request: FastifyRequest,
  session: SignedIn,
  which: string,
): Promise<void> {
  const whose = { personId: session.person.id, kind: 'gate' } as const
  await core.storage.transaction(async (tx) => {
    const ended =
      which === 'others'
        ? await endLogins(access, tx, { ...whose, exceptId: session.session.id })
        : await access.sessions.end(tx, { ...whose, id: which })
    await core.audit.append(tx, [ending(session, request, 'session.end', ended.length)])
  })
}

function ending(session: SignedIn, request: FastifyRequest, action: string, ended: number): AuditEvent {
  const object = { objectKind: 'session', objectId: session.session.id }
  return doneBy(sessionActor(session, request.address), { action, ...object, outcome: 'done', detail: { ended } })
}
