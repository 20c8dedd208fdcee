import {
  html,
  json,
  startDouble,
  type DoubleAnswer,
  type DoubleControls,
  type DoubleRequest,
  type RunningDouble,
} from './double-server.ts'
import { assertionPage } from './assertion-page.ts'
import { answerAuthn, unauthenticated } from './okta-authn-double.ts'
import { answerDevice } from './okta-device-double.ts'
import { newOktaOrg, newToken, type DoubleApp, type OktaOrg, type Session } from './okta-org.ts'

/** A running Okta: the org to change, and the requests it saw. */
export interface OktaDouble extends RunningDouble {
  readonly org: OktaOrg
}

/** Starts an empty org. */
export async function startOktaDouble(): Promise<OktaDouble> {
  const org = newOktaOrg()
  const running = await startDouble((request, controls) => answer(org, request, controls))
  return Object.assign(running, { org })
}

function answer(org: OktaOrg, request: DoubleRequest, controls: DoubleControls): DoubleAnswer {
  const { pathname } = request.url
  if (org.broken) return html(503, '<h1>Something went wrong</h1>')
  if (pathname === '/.well-known/okta-organization') return json(200, { id: '00oDouble', pipeline: org.pipeline })
  if (pathname.startsWith('/api/v1/authn')) return answerAuthn(org, request, controls)
  if (pathname.startsWith('/api/v1/sessions')) return answerSessions(org, request)
  if (pathname.startsWith('/oauth2/') || pathname === '/login/token/sso') return answerDevice(org, request, controls)
  if (pathname === '/login/sessionCookieRedirect') return redirectWithSession(org, request)
  if (pathname === '/login/step-up/redirect') return finishStepUp(org, request)
  const app = org.apps.find(({ path }) => path === pathname)
  return app === undefined
    ? html(404, '<div class="error-content">Page not found</div>')
    : openApp(org, app, request, controls)
}

function openApp(org: OktaOrg, app: DoubleApp, request: DoubleRequest, controls: DoubleControls): DoubleAnswer {
  const { searchParams } = request.url
  const cookie = sidOf(request)
  // Okta Classic ignores the token while a session cookie comes along.
  const token = cookie === null ? (searchParams.get('onetimetoken') ?? searchParams.get('sessionToken')) : null
  const sid = token === null ? cookie : openSession(org, token)
  const session = sid === null ? undefined : org.sessions.get(sid)
  if (sid === null || session === undefined || org.pipeline === 'idx') return signInPage(org)
  const setCookie = { 'set-cookie': [`sid=${sid}; Path=/; HttpOnly`] }
  if (app.stepUp && !session.steppedUp.has(app.path)) return stepUpPage(org, session, setCookie)
  const page = assertionPage(org, app, controls.nowMs())
  return { ...page, headers: { ...page.headers, ...setCookie } }
}

function signInPage(org: OktaOrg): DoubleAnswer {
  const announced = org.announcesSignIn ? unauthenticated : '02.id.'
  const hasToken = org.pipeline === 'idx' || org.announcesSignIn
  const script = hasToken ? `<script>var stateToken = '${announced}${newToken('x')}';</script>` : ''
  return html(200, `<h1>Sign In</h1>${script}<form action="/login"><input name="username"/></form>`)
}

function stepUpPage(
  org: OktaOrg,
  session: Session,
  headers: Readonly<Record<string, readonly string[]>>,
): DoubleAnswer {
  const user = org.users.find(({ login }) => login === session.login)
  if (user === undefined) return signInPage(org)
  const stateToken = `00-${newToken('s')}`
  org.transactions.set(stateToken, { user, purpose: 'stepUp', polls: 0, stage: 'mfa' })
  return html(200, `<script>var stateToken = '${stateToken.replaceAll('-', '\\x2D')}';</script>`, headers)
}

function finishStepUp(org: OktaOrg, request: DoubleRequest): DoubleAnswer {
  const transaction = org.transactions.get(request.url.searchParams.get('stateToken') ?? '')
  const session = org.sessions.get(sidOf(request) ?? '')
  const app = org.apps.find(({ stepUp }) => stepUp)
  if (transaction?.purpose !== 'stepUp' || session === undefined || app === undefined) return signInPage(org)
  session.steppedUp.add(app.path)
  return { status: 302, headers: { location: app.path }, body: '' }
}

function redirectWithSession(org: OktaOrg, request: DoubleRequest): DoubleAnswer {
  const sid = openSession(org, request.url.searchParams.get('token') ?? '')
  const target = request.url.searchParams.get('redirectUrl') ?? ''
  if (new URL(target, request.url).origin !== request.url.origin)
    return html(403, '<div class="error-content">Untrusted redirect</div>')
  const headers = sid === null ? {} : { 'set-cookie': [`sid=${sid}; Path=/; HttpOnly`] }
  return { status: 302, headers: { location: target, ...headers }, body: '' }
}

function answerSessions(org: OktaOrg, request: DoubleRequest): DoubleAnswer {
  if (request.url.pathname !== '/api/v1/sessions') {
    const id = sidOf(request)
    return id !== null && org.sessions.has(id)
      ? json(200, { id, status: 'ACTIVE' })
      : json(404, { errorCode: 'E0000007' })
  }
  const { sessionToken } = JSON.parse(request.body) as { sessionToken: string }
  const id = openSession(org, sessionToken)
  return id === null ? json(401, { errorCode: 'E0000004' }) : json(200, { id, status: 'ACTIVE' })
}

/** A session token counts once. */
function openSession(org: OktaOrg, sessionToken: string): string | null {
  const login = org.sessionTokens.get(sessionToken)
  org.sessionTokens.delete(sessionToken)
  if (login === undefined) return null
  const sid = newToken('102')
  org.sessions.set(sid, { login, steppedUp: new Set() })
  return sid
}

function sidOf(request: DoubleRequest): string | null {
  return /(?:^|;\s*)sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? null
}
