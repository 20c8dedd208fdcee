import { randomUUID } from 'node:crypto'
import { Failure } from '../../../errors/failure.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Storage, Tx } from '../../database/storage.ts'
import type { Actor, Role } from '../../http/actor.ts'
import { given } from '../given.ts'
import { type AccessContext, audit, groupMoved, nowMs, personMoved } from '../context.ts'
import { keepingAnAdministrator } from '../people/last-administrator.ts'
import { holdPerson, personById } from '../people/store.ts'
import { checkedName } from '../people/usernames.ts'
import { everyone } from './everyone.ts'
import * as store from './store.ts'

/** Makes sure that the built-in group is there. */
export async function plantEveryone(storage: Storage, atMs: number): Promise<void> {
  if ((await store.groupById(storage.db, everyone.id)) !== null) return
  const group = { ...everyone, source: 'built-in', role: null, mayAddAccounts: false } as const
  await storage.transaction((tx) => store.insertGroup(tx, group, atMs))
}

/** A group by its id or, exactly, its name; throws `group_not_found`. */
export async function findGroup(context: AccessContext, ref: string): Promise<store.GroupRow> {
  const { db } = context.storage
  const group = (await store.groupById(db, ref)) ?? (await store.groupByName(db, ref.normalize('NFC')))
  if (group === null) throw new Failure('group_not_found')
  return group
}

/**
 * Adds a group of people.
 *
 * @throws {@link Failure} `group_name_taken` or what is wrong with its name
 */
export async function createGroup(
  context: AccessContext,
  actor: Actor,
  wish: { name: string; role?: Role | null | undefined; mayAddAccounts?: boolean | undefined },
): Promise<store.GroupRow> {
  const group = {
    id: randomUUID(),
    name: checkedName(wish.name, 'name'),
    source: 'local',
    role: wish.role ?? null,
    mayAddAccounts: wish.mayAddAccounts ?? false,
  } as const
  await uniquely(() =>
    context.storage.transaction(async (tx) => {
      await store.insertGroup(tx, group, nowMs(context))
      await groupMoved(context, tx, group.id)
      const detail = { role: group.role, mayAddAccounts: group.mayAddAccounts }
      await audit(context, tx, actor, { action: 'group.create', ...object(group), outcome: 'done', detail })
    }),
  )
  return findGroup(context, group.id)
}

/**
 * Changes what is given. The members' rights are others from their next request on.
 *
 * @throws {@link Failure} `group_not_found`, `group_built_in` for a name or a role of `everyone`, `group_name_taken`, or
 *   `last_administrator` where nobody would be left
 */
export async function updateGroup(
  context: AccessContext,
  actor: Actor,
  ref: string,
  change: store.GroupChange,
): Promise<store.GroupRow> {
  const group = await findGroup(context, ref)
  const name = change.name === undefined ? undefined : checkedName(change.name, 'name')
  if (group.id === everyone.id && name !== undefined) throw new Failure('group_built_in')
  // Whoever holds this role would be everybody; one click must not do that.
  if (group.id === everyone.id && change.role !== undefined && change.role !== null) throw new Failure('group_built_in')
  await uniquely(() =>
    context.storage.transaction(async (tx) => {
      await keepingAnAdministrator(tx, async () => {
        if (!(await store.changeGroup(tx, group.id, { ...change, name }))) throw new Failure('group_not_found')
      })
      await groupMoved(context, tx, group.id)
      const detail = given({ ...change, name })
      await audit(context, tx, actor, { action: 'group.update', ...object(group), outcome: 'done', detail })
    }),
  )
  return findGroup(context, group.id)
}

/**
 * Deletes a group with what it was granted; its members stand as leavers in the vault.
 *
 * @throws {@link Failure} `group_not_found`, `group_built_in`, `last_administrator`
 */
export async function deleteGroup(context: AccessContext, actor: Actor, ref: string): Promise<void> {
  const group = await findGroup(context, ref)
  if (group.id === everyone.id) throw new Failure('group_built_in')
  await context.storage.transaction(async (tx) => {
    await tellOfMembers(context, tx, actor, group)
    await keepingAnAdministrator(tx, async () => {
      if (!(await store.deleteGroupRow(tx, group.id))) throw new Failure('group_not_found')
    })
    await groupMoved(context, tx, group.id)
    await audit(context, tx, actor, { action: 'group.delete', ...object(group), outcome: 'done' })
  })
}

/**
 * Takes a person into a group; who is in it already is no mistake, and not audited again.
 *
 * @throws {@link Failure} `group_not_found`, `group_built_in`, `person_not_found`
 */
export async function addMember(context: AccessContext, actor: Actor, ref: string, personId: string): Promise<void> {
  const group = await findGroup(context, ref)
  if (group.id === everyone.id) throw new Failure('group_built_in')
  await context.storage.transaction(async (tx) => {
    const person = await holdPerson(tx, personId)
    if (person === null) throw new Failure('person_not_found')
    if (!(await store.holdGroup(tx, group.id))) throw new Failure('group_not_found')
    if (!(await store.insertMember(tx, { groupId: group.id, personId, source: 'local' }))) return
    await auditMember(context, tx, actor, 'group.member_add', group, person)
  })
}

/**
 * Takes a person out of a group; the vault hears of it, since they may have seen secrets.
 *
 * @throws {@link Failure} `group_not_found`, `group_built_in`, `person_not_found`, `last_administrator`
 */
export async function removeMember(context: AccessContext, actor: Actor, ref: string, personId: string): Promise<void> {
  const group = await findGroup(context, ref)
  if (group.id === everyone.id) throw new Failure('group_built_in')
  await context.storage.transaction(async (tx) => {
    const person = await personById(tx, personId)
    if (person === null) throw new Failure('person_not_found')
    let wasMember = false
    await keepingAnAdministrator(tx, async () => {
      wasMember = await store.deleteMember(tx, { groupId: group.id, personId })
    })
    if (!wasMember) return
    await context.leavers.tell(tx, actor, { personId, personName: person.username, group })
    await auditMember(context, tx, actor, 'group.member_remove', group, person)
  })
}

// Whoever was in it can do no more what the group could.
async function tellOfMembers(context: AccessContext, tx: Tx, actor: Actor, group: store.GroupRow): Promise<void> {
  for (const member of await store.membersOf(tx, group.id)) {
    await context.leavers.tell(tx, actor, { ...member, group })
  }
}

async function auditMember(
  context: AccessContext,
  tx: Tx,
  actor: Actor,
  action: string,
  group: store.GroupRow,
  person: { id: string; username: string },
): Promise<void> {
  await personMoved(context, tx, person.id)
  const detail = { personId: person.id, username: person.username }
  await audit(context, tx, actor, { action, ...object(group), outcome: 'done', detail })
}

function object(group: { id: string; name: string }) {
  return { objectKind: 'group', objectId: group.id, objectName: group.name }
}

async function uniquely<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (isDuplicate(error)) throw new Failure('group_name_taken', { detail: { field: 'name' } })
    throw error
  }
}
