import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { readFileSync } from 'node:fs'
import { Failure } from '../../../errors/failure.ts'
import { outsideView } from '../../access/origin.ts'
import { isNavigation } from '../check-answer.ts'
import { proxiesOf } from '../peer.ts'
import { usualAddressRule, AddressLimit } from './address-limit.ts'
import { dressFor, type Form, type PortalContext, sendPage } from './context.ts'
import { logIn, showLogin } from './login.ts'
import { LoopDetector } from './loop-detector.ts'
import { endSessions, getLogout, postLogout, showSessions } from './my-sessions.ts'
import { addPerson, showNewPerson } from './new-person.ts'
import { noticePage } from './page.ts'
import { beginPasskey, finishPasskey } from './passkey.ts'
import { passkeyScript } from './passkey-script.ts'
import { beginSignOn, finishSignOn } from './sign-on.ts'
import { portalStyle } from './style.ts'

/** What the portal is made from. */
export type PortalParts = Pick<PortalContext, 'core' | 'access' | 'gate'>

/** The pages below `/auth/`: they work without JavaScript, behind any proxy, and under simpleotp's field names. */
export async function portalRoutes(app: FastifyInstance, parts: PortalParts): Promise<void> {
  const { config } = parts.core.services
  const context: PortalContext = {
    ...parts,
    limit: new AddressLimit(usualAddressRule),
    loops: new LoopDetector(),
    formKey: parts.core.keyRing.deriveKey('gate forms'),
    seen: outsideView({ ...config, publicUrl: null, trustedProxies: proxiesOf(config) }),
  }
  parts.access.signOn.finishGateBy((signedOn, tx, request) => finishSignOn(context, signedOn, tx, request))
  await app.register(async (portal) => {
    portal.addHook('onRequest', async () => {
      if (!parts.gate.isOpen()) throw new Failure('not_found')
    })
    await portal.register(formbody, { bodyLimit: 16 * 1024 })
    pageRoutes(portal, context)
    passkeyRoutes(portal, context)
    assetRoutes(portal, context)
    otherPages(portal, context)
  })
}

// The forms carry their own proof; a console cookie that happens to come along needs none.
const own = { config: { csrfInBody: true } }

function pageRoutes(portal: FastifyInstance, context: PortalContext): void {
  portal.get('/auth/login', (request, reply) => showLogin(context, request, reply))
  portal.post('/auth/login', own, (request, reply) => logIn(context, request, reply, formIn(request.body)))
  portal.get('/auth/logout', (request, reply) => getLogout(context, request, reply))
  portal.post('/auth/logout', own, (request, reply) => postLogout(context, request, reply, formIn(request.body)))
  portal.get('/auth/sessions', (request, reply) => showSessions(context, request, reply))
  portal.post('/auth/sessions', own, (request, reply) => endSessions(context, request, reply, formIn(request.body)))
  portal.get('/auth/sign-on', (request, reply) => beginSignOn(context, request, reply))
  portal.get('/auth/gen', (request, reply) => showNewPerson(context, request, reply))
  portal.post('/auth/gen', own, (request, reply) => addPerson(context, request, reply, formIn(request.body)))
}

// Browsers are led on or told in a page; programs hear what they hear everywhere.
function otherPages(portal: FastifyInstance, context: PortalContext): void {
  portal.get('/auth/', (_request, reply) => reply.redirect('/auth/sessions', 302))
  portal.get('/auth/*', (request, reply) => {
    if (!isNavigation(request.headers)) throw new Failure('not_found')
    const dress = dressFor(context, request)
    const way = { label: dress.texts.sessions, href: '/auth/sessions' }
    return sendPage(reply, 404, noticePage(dress, dress.texts.noPage, [dress.texts.noPageHere], way))
  })
}

function passkeyRoutes(portal: FastifyInstance, context: PortalContext): void {
  portal.post('/auth/passkey/options', own, (request) => beginPasskey(context, request, formIn(request.body)))
  portal.post('/auth/passkey', own, (request, reply) => {
    const { body } = request
    const response = typeof body === 'object' && body !== null && 'response' in body ? body.response : undefined
    return finishPasskey(context, request, reply, { form: formIn(body), response })
  })
}

// Whatever is no text (a field given twice, a nested object) is as good as absent.
function formIn(body: unknown): Form {
  if (typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
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
