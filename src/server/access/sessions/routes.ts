import * as api from '../../../api/index.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Actor } from '../../http/actor.ts'
import { pageOfRows, readCursor } from '../../http/cursor.ts'
import type { Router } from '../../http/router.ts'
import { type AccessContext, audit } from '../context.ts'
import { endLogins } from '../end-logins.ts'
import { requireWholePerson } from '../proofs.ts'
import { isAdministrator, requireAdministrator } from '../rights.ts'

/** Sessions of oneself; of others for administrators. */
export function sessionRoutes({ route }: Router, context: AccessContext): void {
  route(api.listSessions, async ({ actor, query }) => {
    const { limit = 100, cursor, person, all = false } = query
    const personId = all ? undefined : (person ?? requireWholePerson(actor).personId)
    if (!isOwn(actor, personId)) requireAdministrator(actor)
    const before = cursor === undefined ? undefined : positionOf(cursor)
    const rows = await context.sessions.list({ personId }, { limit: limit + 1, before })
    const current = actor.kind === 'person' ? actor.sessionId : undefined
    return pageOfRows(
      rows,
      limit,
      (row) => [row.createdAtMs, row.id],
      ({ id, kind, personId: owner, username, address, userAgent, createdAtMs, lastSeenAtMs, expiresAtMs }) => ({
        id,
        kind,
        personId: owner,
        username,
        address,
        userAgent,
        current: id === current,
        createdAtMs,
        lastSeenAtMs,
        expiresAtMs,
      }),
    )
  })
  route(api.endSession, async ({ actor, params }) => {
    const session = await context.sessions.record(params.session)
    const isMine = session !== null && isOwn(actor, session.personId)
    if (!isMine) requireAdministrator(actor)
    if (session === null) throw new Failure('session_not_found')
    await context.storage.transaction(async (tx) => {
      const [ended] = await context.sessions.end(tx, { id: session.id })
      if (ended === undefined) throw new Failure('session_not_found')
      const detail = { personId: session.personId, kind: session.kind }
      const object = { objectKind: 'session', objectId: session.id }
      await audit(context, tx, actor, { action: 'session.end', ...object, outcome: 'done', detail })
    })
  })
  route(api.endSessions, async ({ actor, body }) => {
    const personId = body.person ?? requireWholePerson(actor).personId
    if (!isOwn(actor, personId)) requireAdministrator(actor)
    const exceptId = actor.kind === 'person' ? actor.sessionId : undefined
    return context.storage.transaction(async (tx) => {
      const ended = await endLogins(context, tx, { personId, exceptId })
      const detail = { ended: ended.length }
      const object = { objectKind: 'person', objectId: personId }
      await audit(context, tx, actor, { action: 'session.end_all', ...object, outcome: 'done', detail })
      return { ended: ended.length }
    })
  })
}

function isOwn(actor: Actor, personId: string | undefined): boolean {
  if (actor.kind !== 'person' || actor.scopes !== undefined) return isAdministrator(actor)
  return actor.personId === personId
}

function positionOf(cursor: string): { createdAtMs: number; id: string } {
  const [createdAtMs, id] = readCursor(cursor, ['number', 'string'])
  return { createdAtMs: Number(createdAtMs), id: String(id) }
}
