import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readFileSync } from 'node:fs'
import { isFailure } from '../../../errors/failure.ts'
import { doneBy } from '../../access/audited.ts'
import { sessionActor } from '../../access/authenticators.ts'
import { isAdministrator } from '../../access/rights.ts'
import { usualAddressRule, AddressLimit } from './address-limit.ts'
import {
  browserToken,
  clearGateCookies,
  cookieShape,
  dressFor,
  issueFormToken,
  type PortalContext,
  safeLocation,
  sendPage,
  setGateCookie,
  visibleHost,
} from './context.ts'
import { checkFormToken } from './form-token.ts'
import { loopCauses, LoopDetector } from './loop-detector.ts'
import { type LoginForm, loginPage, logoutPage, noticePage, sessionsPage } from './page.ts'
import { passkeyScript } from './passkey-script.ts'
import { portalStyle } from './style.ts'
import { fill } from './texts.ts'
import { signedIn, type SignedIn, visitorKey, wishedTarget } from './visitor.ts'

/** What the portal is made from. */
export type PortalParts = Pick<PortalContext, 'core' | 'access' | 'gate'>

type Form = Readonly<Record<string, string | undefined>>

/** The pages below `/auth/`: they work without JavaScript, behind any proxy, and under simpleotp's field names. */
export async function portalRoutes(app: FastifyInstance, parts: PortalParts): Promise<void> {
  const context: PortalContext = {
    ...parts,
    limit: new AddressLimit(usualAddressRule),
    loops: new LoopDetector(),
    formKey: parts.core.keyRing.deriveKey('gate forms'),
  }
  await app.register(async (portal) => {
    await portal.register(formbody, { bodyLimit: 16 * 1024 })
    const own = { config: { csrfInBody: true } }
    portal.get('/auth/login', (request, reply) => showLogin(context, request, reply))
    portal.post<{ Body: Form }>('/auth/login', own, (request, reply) =>
      logIn(context, request, reply, request.body ?? {}),
    )
    portal.get('/auth/logout', (request, reply) => askLogout(context, request, reply))
    portal.post<{ Body: Form }>('/auth/logout', own, (request, reply) =>
      postLogout(context, request, reply, request.body ?? {}),
    )
    portal.get('/auth/sessions', (request, reply) => showSessions(context, request, reply))
    portal.post<{ Body: Form }>('/auth/sessions', own, (request, reply) =>
      endSessions(context, request, reply, request.body ?? {}),
    )
    portal.get('/auth/gen', (request, reply) => showPeople(context, request, reply))
    assetRoutes(portal, context)
  })
}

function assetRoutes(portal: FastifyInstance, { gate }: PortalContext): void {
  const { theme } = gate.settings
  const style = portalStyle(theme)
  const kept = { 'cache-control': 'public, max-age=3600' }
  portal.get('/auth/style.css', (_request, reply) => reply.headers(kept).type('text/css; charset=utf-8').send(style))
  portal.get('/auth/passkey.js', (_request, reply) =>
    reply.headers(kept).type('text/javascript; charset=utf-8').send(passkeyScript),
  )
  if (theme.logoFile === null) return
  const logo = readFileSync(theme.logoFile)
  const media = theme.logoFile.endsWith('.svg') ? 'image/svg+xml' : 'image/png'
  portal.get('/auth/logo', (_request, reply) => reply.headers(kept).type(media).send(logo))
}

async function showLogin(context: PortalContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { access, core, gate, loops } = context
  const target = safeLocation(context, request, wishedTarget(request))
  const nowMs = core.services.clock.nowMs()
  const session = await signedIn(access.sessions, request, gate.settings.cookieName)
  const isAgain = (request.raw.url ?? '').includes('again=1')
  if (loops.isLoop(visitorKey(request), target, nowMs)) return showLoop(context, request, reply, target)
  if (session !== null && !isAgain) {
    loops.noteLogin(visitorKey(request), target, nowMs)
    return reply.redirect(target, 302)
  }
  return showForm(context, request, reply, {
    status: 200,
    target,
    message: isAgain ? dressFor(context, request).texts.again : null,
  })
}

interface Shown {
  readonly status: number
  readonly target: string
  readonly message: string | null
  readonly username?: string
}

function showForm(context: PortalContext, request: FastifyRequest, reply: FastifyReply, shown: Shown): FastifyReply {
  const form: LoginForm = {
    formToken: issueFormToken(context, request, reply),
    returnTo: shown.target,
    username: shown.username ?? '',
    message: shown.message,
    isCodeOnly: false,
    hasSignOn: false,
    mayRemember: context.gate.settings.rememberMs > 0,
  }
  return sendPage(reply, shown.status, loginPage(dressFor(context, request), form))
}

function showLoop(context: PortalContext, request: FastifyRequest, reply: FastifyReply, target: string): FastifyReply {
  const dress = dressFor(context, request)
  const { texts } = dress
  const host = visibleHost(request)
  const domain = cookieShape(context, request)?.domain ?? null
  const { isHttps } = context.access.outside(request)
  const causes = loopCauses({
    scheme: isHttps ? 'https' : 'http',
    host,
    isCookieSecure: context.gate.settings.isCookieSecure,
    cookieDomain: domain,
  })
  const told = {
    plain_http: texts.loopPlain,
    domain: texts.loopDomain,
    public_suffix: texts.loopSuffix,
    proxy: texts.loopProxy,
  }
  const sentences = causes.map((cause) => fill(told[cause], { host, domain: domain ?? host }))
  return sendPage(
    reply,
    200,
    noticePage(dress, texts.loopTitle, [texts.loopIntro, ...sentences], { label: texts.goOn, href: target }),
  )
}

async function logIn(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
): Promise<FastifyReply> {
  const { access, core, gate, limit, loops } = context
  const { texts } = dressFor(context, request)
  const nowMs = core.services.clock.nowMs()
  const username = form['user'] ?? ''
  const target = safeLocation(context, request, form['rd'] ?? wishedTarget(request))
  const again = (status: number, message: string) =>
    showForm(context, request, reply, { status, target, message, username })
  const refusal = refuseForgery(context, request, form)
  if (refusal !== null) return again(403, texts.expired)
  const waitMs = hasOwnAddress(request) ? limit.waitMs(request.address, nowMs) : 0
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000)
    reply.header('retry-after', seconds)
    return again(429, fill(texts.slowDown, { seconds }))
  }
  const shape = cookieShape(context, request)
  if (shape === null) return again(403, texts.refused)
  const remembers = form['remember'] === '1' && gate.settings.rememberMs > 0
  try {
    const begun = await access.login(proofIn(form, username), {
      kind: 'gate',
      address: request.address,
      userAgent: request.headers['user-agent'] ?? '',
      limits: remembers ? { idleMs: gate.settings.rememberMs, absoluteMs: gate.settings.rememberMs } : gate.settings,
    })
    await endBefore(context, request)
    core.services.metrics.logins.inc({ outcome: 'accepted' })
    core.services.log.info(
      { event: 'gate_login', user: begun.username, address: request.address },
      'gate login accepted',
    )
    setGateCookie(reply, shape, begun.token, remembers ? gate.settings.rememberMs : null)
    loops.noteLogin(visitorKey(request), target, nowMs)
    return await reply.redirect(target, 303)
  } catch (error) {
    if (!isFailure(error)) throw error
    limit.charge(request.address, nowMs)
    core.services.metrics.logins.inc({ outcome: 'refused' })
    core.services.log.warn({ event: 'gate_login_refused', address: request.address }, 'gate login refused')
    if (error.code !== 'passphrases_busy') return again(401, texts.refused)
    reply.header('retry-after', 5)
    return again(429, fill(texts.slowDown, { seconds: 5 }))
  }
}

// A code has digits alone; whatever else stands in the field is a recovery code.
function proofIn(form: Form, username: string) {
  const typed = (form['token'] ?? '').trim()
  const isCode = typed === '' || /^[\d\s\p{Nd}]+$/u.test(typed)
  return { username, passphrase: form['password'] ?? '', ...(isCode ? { code: typed } : { recoveryCode: typed }) }
}

// Behind simpleotp's own configuration every visitor has the proxy's address: then only each person's budget counts.
function hasOwnAddress(request: FastifyRequest): boolean {
  return request.address !== request.raw.socket.remoteAddress || request.headers['x-forwarded-for'] !== undefined
}

function refuseForgery(
  { core, formKey }: PortalContext,
  request: FastifyRequest,
  form: Form,
): 'expired' | 'forged' | null {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'forged'
  const check = checkFormToken(formKey, browserToken(request), form['csrf_token'], core.services.clock.nowMs())
  return check === 'good' ? null : check
}

/** A session of before the login ends with it: a planted cookie is worth nothing (P7). */
async function endBefore(context: PortalContext, request: FastifyRequest): Promise<void> {
  const before = await signedIn(context.access.sessions, request, context.gate.settings.cookieName)
  if (before !== null)
    await context.core.storage.transaction((tx) => context.access.sessions.end(tx, { id: before.session.id }))
}

async function askLogout(context: PortalContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const site = request.headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return logOut(context, request, reply)
  return sendPage(reply, 200, logoutPage(dressFor(context, request), issueFormToken(context, request, reply)))
}

async function postLogout(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
): Promise<FastifyReply> {
  if (refuseForgery(context, request, form) === null) return logOut(context, request, reply)
  return sendPage(reply, 403, logoutPage(dressFor(context, request), issueFormToken(context, request, reply)))
}

async function logOut(context: PortalContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const session = await signedIn(context.access.sessions, request, context.gate.settings.cookieName)
  if (session !== null) await endSession(context, request, session, { id: session.session.id }, 'gate.logout')
  clearGateCookies(context, request, reply)
  const dress = dressFor(context, request)
  return sendPage(
    reply,
    200,
    noticePage(dress, dress.texts.logOut, [dress.texts.loggedOut], {
      label: dress.texts.backToLogin,
      href: '/auth/login',
    }),
  )
}

async function showSessions(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const session = await signedIn(context.access.sessions, request, context.gate.settings.cookieName)
  if (session === null) return reply.redirect('/auth/login?rd=%2Fauth%2Fsessions', 302)
  const rows = await context.access.sessions.list({ personId: session.person.id, kind: 'gate' }, { limit: 100 })
  const lines = rows.map((row) => ({
    id: row.id,
    address: row.address,
    device: row.userAgent.slice(0, 80),
    lastSeen: new Date(row.lastSeenAtMs).toISOString().slice(0, 16).replace('T', ' '),
    isCurrent: row.id === session.session.id,
  }))
  return sendPage(reply, 200, sessionsPage(dressFor(context, request), issueFormToken(context, request, reply), lines))
}

async function endSessions(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
): Promise<FastifyReply> {
  const session = await signedIn(context.access.sessions, request, context.gate.settings.cookieName)
  if (session === null) return reply.redirect('/auth/login?rd=%2Fauth%2Fsessions', 303)
  if (refuseForgery(context, request, form) === null) {
    const wish = form['session'] ?? ''
    await endSession(
      context,
      request,
      session,
      wish === 'others' ? { exceptId: session.session.id } : { id: wish },
      'session.end',
    )
  }
  return reply.redirect('/auth/sessions', 303)
}

// The person's own id stands in the filter: nobody ends another's session here.
async function endSession(
  context: PortalContext,
  request: FastifyRequest,
  session: SignedIn,
  which: { id: string } | { exceptId: string },
  action: string,
): Promise<void> {
  const { core, access } = context
  await core.storage.transaction(async (tx) => {
    const ended = await access.sessions.end(tx, { personId: session.person.id, kind: 'gate', ...which })
    const event = {
      action,
      objectKind: 'session',
      objectId: session.session.id,
      outcome: 'done' as const,
      detail: { ended: ended.length },
    }
    await core.audit.append(tx, [doneBy(sessionActor(session, request.address), event)])
  })
}

// simpleotp made users here. A gate session opens no administration (it may come from any app's host): the console does.
async function showPeople(context: PortalContext, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  if (isAdministrator(request.actor)) return reply.redirect('/people', 302)
  const dress = dressFor(context, request)
  return sendPage(
    reply,
    403,
    noticePage(dress, dress.texts.forbidden, [dress.texts.peopleInConsole], { label: dress.texts.goOn, href: '/' }),
  )
}
