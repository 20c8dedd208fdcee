import { containing, sql } from '../../database/sql.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { Role } from '../../http/actor.ts'
import { personFrom, type PersonRow, roleOrNull } from '../people/store.ts'
import { everyone } from './everyone.ts'

/** Where a group comes from; `built-in` is `everyone` alone. */
export type GroupSource = 'local' | 'oidc' | 'built-in'

export interface GroupRow {
  readonly id: string
  readonly name: string
  readonly source: GroupSource
  readonly role: Role | null
  readonly mayAddAccounts: boolean
  readonly memberCount: number
  readonly createdAtMs: number
}

/** What may change about a group. */
export interface GroupChange {
  readonly name?: string | undefined
  readonly role?: Role | null | undefined
  readonly mayAddAccounts?: boolean | undefined
}

/** A page of groups by name; `everyone` counts all people. */
export async function listGroups(
  db: Queryable,
  { search, after, limit }: { search?: string | undefined; after?: string | undefined; limit: number },
): Promise<GroupRow[]> {
  let query = groupQuery(db).orderBy('group.name').limit(limit)
  if (after !== undefined) query = query.where('group.name', '>', after)
  if (search !== undefined && search !== '') {
    query = query.where(sql<string>`lower(${sql.ref('group.name')})`, 'like', containing(search.toLowerCase()))
  }
  return (await query.execute()).map(groupFrom)
}

/** A group by its id, `everyone` too. */
export async function groupById(db: Queryable, id: string): Promise<GroupRow | null> {
  const row = await groupQuery(db).where('group.id', '=', id).executeTakeFirst()
  return row === undefined ? null : groupFrom(row)
}

/** Looked up exactly: group names have no case to fold and no pattern to match. */
export async function groupByName(db: Queryable, name: string): Promise<GroupRow | null> {
  const row = await groupQuery(db).where('group.name', '=', name).executeTakeFirst()
  return row === undefined ? null : groupFrom(row)
}

/** Adds a group unless one has its id; a name that is taken breaks the table's own rule. */
export async function insertGroup(
  tx: Tx,
  group: { id: string; name: string; source: GroupSource; role: Role | null; mayAddAccounts: boolean },
  nowMs: number,
): Promise<void> {
  await tx
    .insertInto('group')
    .values({
      id: group.id,
      name: group.name,
      source: group.source,
      role: group.role ?? '',
      may_add_accounts: group.mayAddAccounts ? 1 : 0,
      created_at_ms: nowMs,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** Changes what is given; a role of null takes it away. False means that there is no such group any more. */
export async function changeGroup(tx: Tx, id: string, change: GroupChange): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('group')
    .set({
      id,
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.role === undefined ? {} : { role: change.role ?? '' }),
      ...(change.mayAddAccounts === undefined ? {} : { may_add_accounts: change.mayAddAccounts ? 1 : 0 }),
    })
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Whether a group is still there. Until the transaction ends nobody can delete it. */
export function holdGroup(tx: Tx, id: string): Promise<boolean> {
  return changeGroup(tx, id, {})
}

/** Deletes a group with its memberships and the grants it held. */
export async function deleteGroupRow(tx: Tx, id: string): Promise<boolean> {
  await tx.deleteFrom('account_grant').where('grantee_kind', '=', 'group').where('grantee_id', '=', id).execute()
  const { numDeletedRows } = await tx.deleteFrom('group').where('id', '=', id).executeTakeFirst()
  return numDeletedRows === 1n
}

/** A page of the members of a group by name, after the name key `after`. */
export async function listMembers(
  db: Queryable,
  groupId: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<PersonRow[]> {
  let query = db.selectFrom('person').selectAll().orderBy('username_key').limit(limit)
  if (groupId !== everyone.id) {
    query = query.where('id', 'in', (where) =>
      where.selectFrom('person_group').select('person_id').where('group_id', '=', groupId),
    )
  }
  if (after !== undefined) query = query.where('username_key', '>', after)
  return (await query.execute()).map(personFrom)
}

/** Everybody who was put into a group, by whom ever. */
export async function membersOf(tx: Tx, groupId: string): Promise<{ personId: string; personName: string }[]> {
  return tx
    .selectFrom('person')
    .select(['id as personId', 'username as personName'])
    .where('id', 'in', (where) => where.selectFrom('person_group').select('person_id').where('group_id', '=', groupId))
    .orderBy('username_key')
    .execute()
}

/** Adds a member; false when they were one already. */
export async function insertMember(
  tx: Tx,
  member: { groupId: string; personId: string; source: 'local' | 'oidc' },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('person_group')
    .values({ group_id: member.groupId, person_id: member.personId, source: member.source })
    .onConflict((conflict) => conflict.columns(['person_id', 'group_id', 'source']).doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** Takes a member out, whoever put them there; false when they were none. */
export async function deleteMember(tx: Tx, member: { groupId: string; personId: string }): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('person_group')
    .where('group_id', '=', member.groupId)
    .where('person_id', '=', member.personId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** The groups the provider put a person in. */
export async function providerGroups(tx: Tx, personId: string): Promise<{ id: string; name: string }[]> {
  return tx
    .selectFrom('person_group')
    .innerJoin('group', 'group.id', 'person_group.group_id')
    .select(['group.id', 'group.name'])
    .where('person_id', '=', personId)
    .where('person_group.source', '=', 'oidc')
    .execute()
}

/** Takes back what the provider said; false when the person stays a member because somebody put them there here. */
export async function deleteProviderMember(tx: Tx, member: { groupId: string; personId: string }): Promise<boolean> {
  await tx
    .deleteFrom('person_group')
    .where('group_id', '=', member.groupId)
    .where('person_id', '=', member.personId)
    .where('source', '=', 'oidc')
    .execute()
  const left = await tx
    .selectFrom('person_group')
    .select('source')
    .where('group_id', '=', member.groupId)
    .where('person_id', '=', member.personId)
    .executeTakeFirst()
  return left === undefined
}

function groupQuery(db: Queryable) {
  return db.selectFrom('group').select((column) => [
    'group.id',
    'group.name',
    'group.source',
    'group.role',
    'group.may_add_accounts',
    'group.created_at_ms',
    column
      .case()
      .when('group.id', '=', everyone.id)
      .then(column.selectFrom('person').select(sql<number>`count(*)`.as('count')))
      .else(
        column
          .selectFrom('person_group')
          .select(sql<number>`count(distinct person_id)`.as('count'))
          .whereRef('person_group.group_id', '=', 'group.id'),
      )
      .end()
      .as('member_count'),
  ])
}

function groupFrom(row: {
  id: string
  name: string
  source: string
  role: string
  may_add_accounts: number
  created_at_ms: number
  member_count: number | null
}): GroupRow {
  return {
    id: row.id,
    name: row.name,
    source: row.source === 'oidc' || row.source === 'built-in' ? row.source : 'local',
    role: roleOrNull(row.role),
    mayAddAccounts: row.may_add_accounts === 1,
    memberCount: Number(row.member_count ?? 0),
    createdAtMs: row.created_at_ms,
  }
}

/** Whether a person manages any account of the vault, by themselves or through a group. */
export async function managesAnAccount(db: Queryable, personId: string, groupIds: readonly string[]): Promise<boolean> {
  const row = await db
    .selectFrom('account_grant')
    .select('id')
    .where('right', '=', 'manage')
    .where((where) =>
      where.or([
        where.and([where('grantee_kind', '=', 'person'), where('grantee_id', '=', personId)]),
        where.and([where('grantee_kind', '=', 'group'), where('grantee_id', 'in', [...groupIds, ''])]),
        where('grantee_kind', '=', 'everyone'),
      ]),
    )
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
