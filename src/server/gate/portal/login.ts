import type { FastifyReply, FastifyRequest } from 'fastify'
import { isFailure } from '../../../errors/failure.ts'
import { isDeviceOf } from '../../access/login/known-device.ts'
import type { LoggedIn } from '../../access/login/login.ts'
import { logInByCode } from '../../access/login/code-only.ts'
import { toProblem } from '../../http/problem.ts'
import type { CookieShape } from '../gate-cookie.ts'
import {
  cookieShape,
  deviceOf,
  dressFor,
  type Form,
  gatePlace,
  issueFormToken,
  keepDevice,
  limitKey,
  type PortalContext,
  refuseForgery,
  safeLocation,
  sendPage,
  setGateCookie,
  visibleHost,
} from './context.ts'
import { needsFreshProof } from './freshness.ts'
import { loopCauses } from './loop-detector.ts'
import { type LoginForm, loginPage, type Message, refusing } from './page.ts'
import { fill } from './texts.ts'
import { shownTokenHashes, signedIn, wishedTarget } from './visitor.ts'

/** `GET /auth/login`: the form, or straight on for whoever has a session that is good for where they want to go. */
export async function showLogin(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { access, core, gate, loops } = context
  const target = safeLocation(context, request, wishedTarget(request))
  const session = await signedIn(access.sessions, request, gate.settings.cookieName)
  const isAgain = asksAgain(request) || (session !== null && needsFreshProof(context, request, session, target))
  if (session !== null && !isAgain) return reply.redirect(target, 302)
  const isLoop = session === null && loops.isLoop(deviceOf(request), target, core.services.clock.nowMs())
  const again: Message | null = isAgain ? { sentences: [dressFor(context, request).texts.again], tone: 'asks' } : null
  const message = isLoop ? loopMessage(context, request) : again
  return showForm(context, request, reply, {
    status: 200,
    target,
    message,
    isAgain,
    username: session?.person.username ?? '',
  })
}

/** Whether a rule asks somebody who is logged in for a fresh proof. */
export function asksAgain(request: FastifyRequest): boolean {
  return (request.raw.url ?? '').includes('again=1')
}

interface Shown {
  readonly status: number
  readonly target: string
  readonly message: Message | null
  readonly isAgain: boolean
  readonly username: string
}

async function showForm(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: Shown,
): Promise<FastifyReply> {
  const isCodeOnly = context.gate.codeOnlyPersonId !== null
  const form: LoginForm = {
    formToken: issueFormToken(context, request, reply),
    returnTo: shown.target,
    username: shown.username,
    message: shown.message,
    isAgain: shown.isAgain,
    isCodeOnly,
    hasSignOn: !isCodeOnly && (await context.access.signOn.isActive()),
    mayRemember: context.gate.settings.rememberMs > 0,
  }
  return sendPage(reply, shown.status, loginPage(dressFor(context, request), form), 'leads on')
}

function loopMessage(context: PortalContext, request: FastifyRequest): Message {
  const { texts } = dressFor(context, request)
  const host = visibleHost(request)
  const domain = cookieShape(context, request)?.domain ?? null
  const scheme = context.access.outside(request).isHttps ? 'https' : 'http'
  const { isCookieSecure } = context.gate.settings
  const told = {
    plain_http: texts.loopPlain,
    domain: texts.loopDomain,
    public_suffix: texts.loopSuffix,
    proxy: texts.loopProxy,
  }
  const causes = loopCauses({ scheme, host, isCookieSecure, cookieDomain: domain })
  const sentences = causes.map((cause) => fill(told[cause], { host, domain: domain ?? host }))
  return refusing(`${texts.loopTitle}. ${texts.loopIntro}`, ...sentences)
}

/** `POST /auth/login`: one answer for every refusal, and the way back on success. */
export async function logIn(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
): Promise<FastifyReply> {
  const { texts } = dressFor(context, request)
  const target = safeLocation(context, request, form['rd'] ?? wishedTarget(request))
  const username = form['user'] ?? ''
  const again = (status: number, message: string) =>
    showForm(context, request, reply, {
      status,
      target,
      message: refusing(message),
      username,
      isAgain: form['again'] === '1',
    })
  if (refuseForgery(context, request, form) !== null) return again(403, texts.expired)
  const tried = await tryLogin(context, request, reply, form, (remembers) => prove(context, request, form, remembers))
  if (tried === 'done') return reply.redirect(target, 302)
  if (tried === 'refused') return again(401, texts.refused)
  if (tried === 'failed') return again(503, texts.failed)
  reply.header('retry-after', tried.waitSeconds)
  return again(429, fill(texts.slowDown, { seconds: tried.waitSeconds }))
}

/**
 * How long a login has to wait because too many failed from its address. A device the person logged in from does not
 * wait for its neighbours: its own failures are counted by themselves.
 */
export async function addressWaitMs(context: PortalContext, request: FastifyRequest, form: Form): Promise<number> {
  const waitMs = context.limit.waitMs(limitKey(context, request), context.core.services.clock.nowMs())
  if (waitMs === 0) return 0
  const from = { address: request.address, device: deviceOf(request) }
  return (await isDeviceOf(context.access.context, form['user'] ?? '', from)) ? 0 : waitMs
}

/** How a login through the portal ended; `failed` is our own fault, and says nothing of what was typed. */
export type Tried = 'done' | 'refused' | 'failed' | { readonly waitSeconds: number }

/** Lets somebody log in within the limits, and sets their cookie. */
export async function tryLogin(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
  login: (remembers: boolean) => Promise<LoggedIn>,
): Promise<Tried> {
  const { core, gate, limit } = context
  const { clock, log } = core.services
  const waitMs = await addressWaitMs(context, request, form)
  if (waitMs > 0) {
    log.warn({ event: 'gate_login_limited', address: request.address }, 'gate login told to wait')
    return { waitSeconds: Math.ceil(waitMs / 1000) }
  }
  const shape = cookieShape(context, request)
  if (shape === null) return 'refused'
  const remembers = form['remember'] === '1' && gate.settings.rememberMs > 0
  const key = limitKey(context, request)
  limit.charge(key, clock.nowMs())
  let tried: Tried | null = null
  try {
    const loggedIn = await login(remembers)
    await welcome(context, request, reply, { form, shape, loggedIn, remembers })
    tried = 'done'
  } catch (error) {
    tried = refusalOf(context, request, form, error)
  } finally {
    // Where nothing was judged, nothing was guessed.
    if (tried !== 'refused') limit.giveBack(key, clock.nowMs())
  }
  return tried
}

interface Welcomed {
  readonly form: Form
  readonly shape: CookieShape
  readonly loggedIn: LoggedIn
  readonly remembers: boolean
}

async function welcome(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { form, shape, loggedIn: { username, token }, remembers }: Welcomed,
): Promise<void> {
  const { core, gate, loops } = context
  const { clock, log } = core.services
  await endBefore(context, request)
  log.info({ event: 'gate_login', user: username, address: request.address }, 'gate login accepted')
  setGateCookie(reply, shape, token, remembers ? gate.settings.rememberMs : null)
  keepDevice(context, request, reply)
  loops.noteLogin(deviceOf(request), safeLocation(context, request, form['rd'] ?? '/'), clock.nowMs())
}

/** How a login ended that failed; a fault that has no name is thrown on. */
function refusalOf({ core }: PortalContext, request: FastifyRequest, form: Form, error: unknown): Tried {
  const { log } = core.services
  if (!isFailure(error)) throw error
  if (error.code === 'passphrases_busy') return { waitSeconds: 5 }
  if (toProblem(error).status >= 500) {
    log.error({ err: error }, 'gate login failed')
    return 'failed'
  }
  log.warn({ event: 'gate_login_refused', user: loggedName(form), address: request.address }, 'gate login refused')
  return 'refused'
}

function prove(context: PortalContext, request: FastifyRequest, form: Form, remembers: boolean): Promise<LoggedIn> {
  const { access, gate } = context
  const place = gatePlace(context, request, remembers)
  const recovery = (form['recovery'] ?? '').trim()
  const typed = recovery === '' ? (form['token'] ?? '').trim() : recovery
  const { codeOnlyPersonId } = gate
  if (codeOnlyPersonId !== null) return logInByCode(access.context, { personId: codeOnlyPersonId, code: typed }, place)
  const who = { username: form['user'] ?? '', passphrase: form['password'] ?? '' }
  // A code has digits alone; whatever else stands in its field is a recovery code as well.
  const isCode = recovery === '' && (typed === '' || /^[\d\s\p{Nd}]+$/u.test(typed))
  return access.login({ ...who, ...(isCode ? { code: typed } : { recoveryCode: typed }) }, place)
}

// A name for the log alone: what somebody types there by mistake may be a passphrase, so only short plain words are kept.
function loggedName(form: Form): string {
  const name = form['user'] ?? ''
  return /^[\w.@-]{1,64}$/.test(name) ? name : ''
}

/** Sessions of before the login end with it: a planted cookie is worth nothing (P7). */
async function endBefore({ core, access, gate }: PortalContext, request: FastifyRequest): Promise<void> {
  const tokenHashes = shownTokenHashes(request, gate.settings.cookieName)
  if (tokenHashes.length === 0) return
  await core.storage.transaction((tx) => access.sessions.end(tx, { kind: 'gate', tokenHashes }))
}
