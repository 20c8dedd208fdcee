import * as api from '../../../api/index.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Actor } from '../../http/actor.ts'
import { pageOfRows, readCursor } from '../../http/cursor.ts'
import type { Router } from '../../http/router.ts'
import type { AccessContext } from '../context.ts'
import { findPerson } from '../people/people.ts'
import { usernameKey } from '../people/usernames.ts'
import { showPeople } from '../people/views.ts'
import { isAuditor, requireAdministrator, requireAuditor, requireKnown } from '../rights.ts'
import * as groups from './groups.ts'
import { type GroupRow, listGroups, listMembers, managesAnAccount } from './store.ts'

/** Groups, for administrators; whoever manages an account sees names, to grant to them. */
export function groupRoutes({ route }: Router, context: AccessContext): void {
  route(api.listGroups, async ({ actor, query }) => {
    const show = await viewFor(context, actor)
    const { limit = 100, search, cursor } = query
    const after = cursor === undefined ? undefined : String(readCursor(cursor, ['string'])[0])
    const rows = await listGroups(context.storage.db, { search, after, limit: limit + 1 })
    return pageOfRows(rows, limit, (row) => [row.name], show)
  })
  route(api.createGroup, ({ actor, body }) => {
    requireAdministrator(actor)
    return groups.createGroup(context, actor, body)
  })
  route(api.updateGroup, ({ actor, params, body }) => {
    requireAdministrator(actor)
    return groups.updateGroup(context, actor, params.group, body)
  })
  route(api.deleteGroup, async ({ actor, params }) => {
    requireAdministrator(actor)
    await groups.deleteGroup(context, actor, params.group)
  })
  route(api.listMembers, async ({ actor, params, query }) => {
    requireAuditor(actor)
    const { limit = 100, cursor } = query
    const after = cursor === undefined ? undefined : String(readCursor(cursor, ['string'])[0])
    const group = await groups.findGroup(context, params.group)
    const rows = await listMembers(context.storage.db, group.id, { after, limit: limit + 1 })
    const page = pageOfRows(
      rows,
      limit,
      (row) => [usernameKey(row.username)],
      (row) => row,
    )
    return { ...page, items: await showPeople(context, page.items) }
  })
  route(api.addMember, async ({ actor, params }) => {
    requireAdministrator(actor)
    const person = await findPerson(context, params.person)
    await groups.addMember(context, actor, params.group, person.id)
  })
  route(api.removeMember, async ({ actor, params }) => {
    requireAdministrator(actor)
    const person = await findPerson(context, params.person)
    await groups.removeMember(context, actor, params.group, person.id)
  })
}

async function viewFor(context: AccessContext, actor: Actor): Promise<(row: GroupRow) => GroupRow> {
  requireKnown(actor)
  if (isAuditor(actor)) return (row) => row
  const isManager =
    actor.kind === 'person' && (await managesAnAccount(context.storage.db, actor.personId, actor.groupIds))
  if (!isManager) throw new Failure('forbidden')
  return ({ id, name, source, createdAtMs }) => ({
    id,
    name,
    source,
    role: null,
    mayAddAccounts: false,
    memberCount: 0,
    createdAtMs,
  })
}
