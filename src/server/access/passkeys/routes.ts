import type { FastifyRequest } from 'fastify'
import * as api from '../../../api/index.ts'
import { pageOfRows, readCursor } from '../../http/cursor.ts'
import type { Router } from '../../http/router.ts'
import { consoleCookie } from '../login/console-cookie.ts'
import { type LoginParts, placeOf, welcomeBy } from '../login/routes.ts'
import { requireSession } from '../proofs.ts'
import { beginPasskeyLogin, finishPasskeyLogin } from './login.ts'
import * as passkeys from './passkeys.ts'
import { pageOfPasskeys, type PasskeyRow } from './store.ts'

/** Passkeys: one's own, as second factor of a login, and for what asks for them in a session. */
export function passkeyRoutes({ route }: Router, parts: LoginParts): void {
  const { context } = parts
  const cookie = consoleCookie(context)
  const welcome = welcomeBy(parts)
  const originOf = (request: FastifyRequest) => context.outside(request).origin

  route(api.listPasskeys, async ({ actor, query }) => {
    const { personId } = requireSession(actor)
    const { limit = 100, cursor } = query
    const after = cursor === undefined ? undefined : positionIn(cursor)
    const rows = await pageOfPasskeys(context.storage.db, personId, { limit: limit + 1, after })
    return pageOfRows(rows, limit, ({ createdAtMs, id }) => [createdAtMs, id], show)
  })
  route(api.passkeyOptions, ({ actor, request }) => passkeys.beginPasskey(context, actor, originOf(request)))
  route(api.addPasskey, async ({ actor, body, request }) =>
    show(await passkeys.addPasskey(context, actor, originOf(request), body)),
  )
  route(api.deletePasskey, ({ actor, params }) => passkeys.removePasskey(context, actor, params.passkey))
  route(api.stepUpOptions, ({ actor, request }) => passkeys.beginProof(context, actor, originOf(request)))
  route(api.stepUp, async ({ actor, body, request }) => ({
    authenticatedAtMs: await passkeys.finishProof(context, actor, originOf(request), body),
  }))
  route(api.loginPasskeyOptions, ({ body, request }) => {
    cookie.refuseForeign(request)
    return beginPasskeyLogin(context, body, placeOf(request), originOf(request))
  })
  route(api.loginPasskey, async (call) => {
    cookie.refuseForeign(call.request)
    const { token } = await finishPasskeyLogin(context, call.body, placeOf(call.request), originOf(call.request))
    return { me: await welcome(call, token) }
  })
}

function positionIn(cursor: string): { createdAtMs: number; id: string } {
  const [createdAtMs, id] = readCursor(cursor, ['number', 'string'])
  return { createdAtMs: Number(createdAtMs), id: String(id) }
}

function show({ id, name, createdAtMs, lastUsedAtMs }: PasskeyRow) {
  return { id, name, createdAtMs, lastUsedAtMs }
}
