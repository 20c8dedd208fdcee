import type { FastifyReply, FastifyRequest } from 'fastify'
import * as api from '../../../api/index.ts'
import type { Me } from '../../../api/me.ts'
import type { Actor } from '../../http/actor.ts'
import type { Router } from '../../http/router.ts'
import { sessionActor } from '../authenticators.ts'
import { audit } from '../context.ts'
import { type MeParts, showMe } from '../me/me.ts'
import { beginSetup, finishSetup, readSetupLink } from '../people/setup.ts'
import { tokenKey } from '../token-key.ts'
import { consoleCookie } from './console-cookie.ts'
import { logIn, type LoginPlace } from './login.ts'

/** What logging in and out needs. */
export interface LoginParts extends MeParts {
  /** Where the provider ends its own session, null where there is nothing to end. */
  readonly providerLogout: (request: FastifyRequest, idToken: string | undefined) => Promise<string | null>
}

/** Setup, login and logout of people in a browser. */
export function loginRoutes({ route }: Router, parts: LoginParts): void {
  const { context } = parts
  const cookie = consoleCookie(context)

  const welcome = welcomeBy(parts)

  route(api.readSetupLink, ({ body, request }) => {
    cookie.refuseForeign(request)
    return readSetupLink(context, body.setupToken)
  })
  route(api.setupBegin, ({ actor, body, request }) => {
    cookie.refuseForeign(request)
    return beginSetup(context, actor, body)
  })
  route(api.setupFinish, async (call) => {
    cookie.refuseForeign(call.request)
    const { address, userAgent } = placeOf(call.request)
    const limits = await context.sessionLimits()
    const done = await finishSetup(context, call.actor, call.body, { address, userAgent, limits })
    return { recoveryCodes: [...done.recoveryCodes], me: await welcome(call, done.session.token) }
  })
  route(api.login, async (call) => {
    cookie.refuseForeign(call.request)
    const { token } = await logIn(context, call.body, placeOf(call.request))
    return { me: await welcome(call, token) }
  })
  route(api.logout, async ({ actor, request, reply }) => {
    cookie.clear(request, reply)
    const sessionId = actor.kind === 'person' ? actor.sessionId : undefined
    if (sessionId === undefined) return { redirect: null }
    const record = await context.sessions.record(sessionId)
    await context.storage.transaction(async (tx) => {
      await context.sessions.end(tx, { id: sessionId })
      await audit(context, tx, actor, {
        action: 'person.logout',
        objectKind: 'session',
        objectId: sessionId,
        outcome: 'done',
      })
    })
    // Last: the session here is over, however long the provider takes to say where its own ends.
    return { redirect: await parts.providerLogout(request, record?.data.idToken) }
  })
}

/** Gives a browser its new session and answers who it now is. */
export function welcomeBy(parts: LoginParts) {
  const { context } = parts
  const cookie = consoleCookie(context)
  return async (
    call: { request: FastifyRequest; reply: FastifyReply; address: string },
    token: string,
  ): Promise<Me> => {
    cookie.set(call.request, call.reply, token)
    const live = await context.sessions.look(tokenKey(token))
    const actor: Actor = live === null ? { kind: 'stranger', address: call.address } : sessionActor(live, call.address)
    return showMe(parts, actor, token)
  }
}

/** Where a browser's login comes from. */
export function placeOf(request: FastifyRequest): LoginPlace {
  return { kind: 'console', address: request.address, userAgent: request.headers['user-agent'] ?? '' }
}
