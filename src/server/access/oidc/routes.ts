import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply } from 'fastify'
import * as api from '../../../api/index.ts'
import { Failure, isFailure } from '../../../errors/failure.ts'
import { toProblem } from '../../http/problem.ts'
import type { Router } from '../../http/router.ts'
import { sendSentencePage, type SentencePage } from '../../http/sentence-page.ts'
import type { AccessContext } from '../context.ts'
import { consoleCookie } from '../login/console-cookie.ts'
import { requireAdministrator } from '../rights.ts'
import { endFromOutside } from './back-channel.ts'
import type { SignOnDemand } from './demand.ts'
import type { SignOn } from './sign-on.ts'
import { redirectRemarks, trySettings } from './trial.ts'

/** Sign-on in the contract: its settings for administrators, and where it begins. */
export function signOnRoutes({ route }: Router, signOn: SignOn): void {
  const { settings } = signOn
  route(api.readOidc, ({ actor, request }) => {
    requireAdministrator(actor)
    return settings.state(signOn.redirectUri(request))
  })
  route(api.draftOidc, async ({ actor, body, request }) => {
    requireAdministrator(actor)
    await settings.keepDraft(actor, body)
    return settings.state(signOn.redirectUri(request))
  })
  route(api.testOidc, async ({ actor, request }) => {
    requireAdministrator(actor)
    const draft = (await settings.draft()) ?? (await settings.active())
    if (draft === null) throw new Failure('sign_on_no_draft')
    const redirectUri = signOn.redirectUri(request)
    const { works, findings } = await trySettings(draft, redirectUri)
    return { works, findings: [...findings, ...redirectRemarks(redirectUri, signOn.askedHost(request))] }
  })
  route(api.activateOidc, async ({ actor, request }) => {
    requireAdministrator(actor)
    await settings.activate(actor)
    return settings.state(signOn.redirectUri(request))
  })
  route(api.disableOidc, async ({ actor, request }) => {
    requireAdministrator(actor)
    await settings.disable(actor)
    return settings.state(signOn.redirectUri(request))
  })
  route(api.beginSignOn, async ({ actor, query, request, reply }) => {
    const sessionId = query.stepUp === true && actor.kind === 'person' ? actor.sessionId : undefined
    const options = sessionId === undefined ? {} : { proof: { sessionId, demand: askedFor(query) } }
    try {
      const address = await signOn.begin(request, reply, { returnTo: query.returnTo ?? '/', ...options })
      reply.redirect(address)
    } catch (error) {
      sendSentence(reply, error)
    }
  })
}

interface AskedProof {
  readonly acrValues?: string
  readonly amr?: string
  readonly maxAgeSeconds?: number
}

function askedFor({ acrValues = '', amr = '', maxAgeSeconds = 0 }: AskedProof): SignOnDemand {
  const words = (list: string) => list.split(' ').filter((word) => word !== '')
  return { acrValues: words(acrValues), amr: words(amr), maxAgeSeconds }
}

/** What a provider calls: the callback of a browser, and back-channel logout. */
export function signOnPages(app: FastifyInstance, context: AccessContext, signOn: SignOn): void {
  const cookie = consoleCookie(context)
  app.get(signOn.callbackPath, async (request, reply) => {
    try {
      const { returnTo, token, cookies } = await signOn.finish(request, reply)
      if (token !== null) cookie.set(request, reply, token)
      cookies?.(reply)
      return reply.redirect(returnTo)
    } catch (error) {
      return sendSentence(reply, error)
    }
  })
  void app.register(async (scope) => {
    if (!scope.hasContentTypeParser('application/x-www-form-urlencoded')) await scope.register(formbody)
    scope.post('/v1/login/oidc/logout', async (request, reply) => {
      const { body } = request
      const token = typeof body === 'object' && body !== null && 'logout_token' in body ? body.logout_token : undefined
      if (typeof token !== 'string') throw new Failure('bad_request', { detail: { reason: 'it has no logout_token' } })
      try {
        await endFromOutside(context, signOn, token)
      } catch (error) {
        if (!isFailure(error, 'sign_on_refused')) throw error
        // The specification asks for 400 where a token is refused.
        return reply.code(400).send({ error: 'invalid_request' })
      }
      return reply.code(200).send()
    })
  })
}

/** A browser that came on a link is told one of our own sentences; nothing a provider said is repeated (T64). */
function sendSentence(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, problem } = toProblem(error)
  if (status >= 500 && !isFailure(error)) throw error
  const link = { href: '/', text: 'Back to the login' }
  const english = { heading: 'This login did not work', sentence: problem.title, link }
  return sendSentencePage(reply, status, english, germanPage(problem.code))
}

function germanPage(code: string): SentencePage | null {
  const sentence = germanSentences[code]
  if (sentence === undefined) return null
  return { heading: 'Die Anmeldung ist gescheitert', sentence, link: { href: '/', text: 'Zur Anmeldung' } }
}

/** What a sign-on is refused with, for browsers that ask for German. */
const germanSentences: Readonly<Record<string, string>> = {
  sign_on_busy: 'Der Anbieter antwortet nicht. Versuchen Sie es gleich noch einmal; warum, sagt das Log des Servers.',
  sign_on_group_missing: 'Ihr Konto beim Anbieter ist in keiner der Gruppen, die sich hier anmelden dürfen.',
  sign_on_off: 'Single Sign-on ist hier nicht eingerichtet.',
  sign_on_proof_weak:
    'Der Anbieter hat diese Anmeldung schwächer bestätigt als verlangt. Melden Sie sich dort stärker an, oder fragen Sie, wer den Anbieter betreut.',
  sign_on_refused:
    'Die Anmeldung über den Anbieter wurde nicht angenommen. Beginnen Sie auf der Anmeldeseite von vorn.',
}
