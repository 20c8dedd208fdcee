import * as api from '../../../api/index.ts'
import { pageOfRows, readCursor } from '../../http/cursor.ts'
import type { Router } from '../../http/router.ts'
import type { AccessContext } from '../context.ts'
import { requireAdministrator, requireAuditor } from '../rights.ts'
import * as people from './people.ts'
import { listPeople } from './store.ts'
import { showPeople, showPerson } from './views.ts'
import { usernameKey } from './usernames.ts'

/** People, for administrators; auditors may look. */
export function peopleRoutes({ route }: Router, context: AccessContext): void {
  route(api.listPeople, async ({ actor, query }) => {
    requireAuditor(actor)
    const { limit = 100, search, cursor } = query
    const after = cursor === undefined ? undefined : String(readCursor(cursor, ['string'])[0])
    const rows = await listPeople(context.storage.db, { search, after, limit: limit + 1 })
    const page = pageOfRows(
      rows,
      limit,
      (row) => [usernameKey(row.username)],
      (row) => row,
    )
    return { ...page, items: await showPeople(context, page.items) }
  })
  route(api.createPerson, async ({ actor, body, request }) => {
    requireAdministrator(actor)
    const { person, link } = await people.invitePerson(context, actor, body)
    return { person: await showPerson(context, person), ...setupAnswer(link, context.outside(request).origin) }
  })
  route(api.readPerson, async ({ actor, params }) => {
    requireAuditor(actor)
    return showPerson(context, await people.findPerson(context, params.person))
  })
  route(api.updatePerson, async ({ actor, params, body }) => {
    requireAdministrator(actor)
    return showPerson(context, await people.updatePerson(context, actor, params.person, body))
  })
  route(api.deletePerson, async ({ actor, params }) => {
    requireAdministrator(actor)
    await people.deletePerson(context, actor, params.person)
  })
  route(api.resetPerson, async ({ actor, params, request }) => {
    requireAdministrator(actor)
    const { link } = await people.resetPerson(context, actor, params.person)
    return setupAnswer(link, context.outside(request).origin)
  })
  route(api.liftPerson, async ({ actor, params }) => {
    requireAdministrator(actor)
    await people.liftPerson(context, actor, params.person)
  })
}

function setupAnswer(link: people.SetupToken, origin: string): { setupUrl: string; expiresAtMs: number } {
  return { setupUrl: people.setupUrl(origin, link.token), expiresAtMs: link.expiresAtMs }
}
