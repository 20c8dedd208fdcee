import { containing, sql } from '../../database/sql.ts'
import type { ExpressionBuilder, Selectable } from 'kysely'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { Tables } from '../../database/tables.ts'
import type { PersonTable } from '../../database/tables/people.ts'
import type { Role } from '../../http/actor.ts'
import { everyone } from '../groups/everyone.ts'
import { usernameKey } from './usernames.ts'

/** A person as the table holds them. */
export interface PersonRow {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly email: string
  readonly source: 'local' | 'oidc'
  readonly oidcIssuer: string | null
  readonly oidcSubject: string | null
  /** When the provider issued what it last said of them, by its clock; 0 when that is not known. */
  readonly oidcToldAtMs: number
  readonly role: Role
  readonly enabled: boolean
  readonly passphraseHash: string | null
  readonly legacyPassphrase: string | null
  readonly preferences: Readonly<Record<string, string | boolean>>
  readonly lastSeenAtMs: number | null
  readonly createdAtMs: number
}

/** What a new person starts with. */
export interface NewPerson {
  readonly id: string
  readonly username: string
  readonly usernameKey: string
  readonly displayName: string
  readonly email: string
  readonly source: 'local' | 'oidc'
  readonly oidcIssuer?: string
  readonly oidcSubject?: string
  readonly role: Role
  readonly passphraseHash?: string
  /** A passphrase hash of another program, replaced at the first right login. */
  readonly legacyPassphrase?: string
}

/** What may change about a person. */
export interface PersonChange {
  readonly username?: string
  readonly usernameKey?: string
  readonly displayName?: string
  readonly email?: string
  readonly role?: Role
  readonly enabled?: boolean
  readonly passphraseHash?: string | null
  readonly oidcToldAtMs?: number
  readonly preferences?: Readonly<Record<string, string | boolean>>
}

/** A group as one of its members has it. */
export interface Membership {
  readonly id: string
  readonly name: string
  readonly role: Role | null
  readonly mayAddAccounts: boolean
}

/** A person by id, disabled ones too. */
export async function personById(db: Queryable, id: string): Promise<PersonRow | null> {
  const row = await db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : personFrom(row)
}

/** A person by the name key that `usernameKey` makes of what was typed. */
export async function personByUsername(db: Queryable, usernameKey: string): Promise<PersonRow | null> {
  const row = await db.selectFrom('person').selectAll().where('username_key', '=', usernameKey).executeTakeFirst()
  return row === undefined ? null : personFrom(row)
}

/** The person a provider speaks of: its issuer and their subject together are the key, never a name or an address (T64). */
export async function personByProvider(db: Queryable, issuer: string, subject: string): Promise<PersonRow | null> {
  const row = await db
    .selectFrom('person')
    .selectAll()
    .where('oidc_issuer', '=', issuer)
    .where('oidc_subject', '=', subject)
    .executeTakeFirst()
  return row === undefined ? null : personFrom(row)
}

/** A page of people by name, after the name key `after`. */
export async function listPeople(
  db: Queryable,
  { search, after, limit }: { search?: string | undefined; after?: string | undefined; limit: number },
): Promise<PersonRow[]> {
  let query = db.selectFrom('person').selectAll().orderBy('username_key').limit(limit)
  if (after !== undefined) query = query.where('username_key', '>', after)
  if (search !== undefined && search !== '') {
    const pattern = containing(search.toLowerCase())
    query = query.where((where) =>
      where.or(
        ['username_key', 'display_name', 'email'].map((column) =>
          where(sql<string>`lower(${sql.ref(column)})`, 'like', pattern),
        ),
      ),
    )
  }
  return (await query.execute()).map(personFrom)
}

/** Every group a person is in, `everyone` included. */
export async function groupsOf(db: Queryable, personId: string): Promise<Membership[]> {
  const rows = await db
    .selectFrom('group')
    .select(['id', 'name', 'role', 'may_add_accounts'])
    .where((where) =>
      where.or([
        where('id', '=', everyone.id),
        where('id', 'in', where.selectFrom('person_group').select('group_id').where('person_id', '=', personId)),
      ]),
    )
    .orderBy('name')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    role: roleOrNull(row.role),
    mayAddAccounts: row.may_add_accounts === 1,
  }))
}

/** Adds a person; a name that is taken breaks the table's own rule. */
export async function insertPerson(tx: Tx, person: NewPerson, nowMs: number): Promise<void> {
  await tx
    .insertInto('person')
    .values({
      id: person.id,
      username: person.username,
      username_key: person.usernameKey,
      display_name: person.displayName,
      email: person.email,
      source: person.source,
      oidc_issuer: person.oidcIssuer ?? null,
      oidc_subject: person.oidcSubject ?? null,
      role: person.role,
      disabled: 0,
      passphrase_hash: person.passphraseHash ?? null,
      legacy_passphrase: person.legacyPassphrase ?? null,
      preferences: '{}',
      last_seen_at_ms: null,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    })
    .execute()
}

/** Changes what is given; a new passphrase takes the place of an imported one too. */
export async function changePerson(tx: Tx, id: string, change: PersonChange, nowMs: number): Promise<void> {
  await tx
    .updateTable('person')
    .set({
      updated_at_ms: nowMs,
      ...(change.username === undefined ? {} : { username: change.username }),
      ...(change.usernameKey === undefined ? {} : { username_key: change.usernameKey }),
      ...(change.displayName === undefined ? {} : { display_name: change.displayName }),
      ...(change.email === undefined ? {} : { email: change.email }),
      ...(change.role === undefined ? {} : { role: change.role }),
      ...(change.enabled === undefined ? {} : { disabled: change.enabled ? 0 : 1 }),
      ...(change.passphraseHash === undefined
        ? {}
        : { passphrase_hash: change.passphraseHash, legacy_passphrase: null }),
      ...(change.oidcToldAtMs === undefined ? {} : { oidc_told_at_ms: change.oidcToldAtMs }),
      ...(change.preferences === undefined ? {} : { preferences: JSON.stringify(change.preferences) }),
    })
    .where('id', '=', id)
    .execute()
}

/**
 * Whether a person still is who was read: neither disabled nor reset, with the same passphrase. Until the transaction
 * ends nobody else can change that.
 */
export async function holdUnchanged(
  tx: Tx,
  person: Pick<PersonRow, 'id' | 'passphraseHash' | 'legacyPassphrase'>,
): Promise<boolean> {
  const { passphraseHash, legacyPassphrase } = person
  const { numUpdatedRows } = await tx
    .updateTable('person')
    .set({ id: person.id })
    .where('id', '=', person.id)
    .where('disabled', '=', 0)
    .where('passphrase_hash', passphraseHash === null ? 'is' : '=', passphraseHash)
    .where('legacy_passphrase', legacyPassphrase === null ? 'is' : '=', legacyPassphrase)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** A person as they are now, disabled or not. Until the transaction ends nobody else can change or delete them. */
export async function holdPerson(tx: Tx, id: string): Promise<PersonRow | null> {
  const row = await tx.updateTable('person').set({ id }).where('id', '=', id).returningAll().executeTakeFirst()
  return row === undefined ? null : personFrom(row)
}

/** Deletes a person with the grants they had. False means there was none. */
export async function deletePersonRow(tx: Tx, id: string): Promise<boolean> {
  await tx.deleteFrom('account_grant').where('grantee_kind', '=', 'person').where('grantee_id', '=', id).execute()
  const { numDeletedRows } = await tx.deleteFrom('person').where('id', '=', id).executeTakeFirst()
  return numDeletedRows === 1n
}

/**
 * The people who administer Watchword by their own role or a group's and are not disabled. Until the transaction
 * ends nobody else can ask, so that two requests cannot each remove the other's last administrator.
 */
export async function activeAdministratorIds(tx: Tx): Promise<string[]> {
  // One row that every such check writes: PostgreSQL then runs the checks one after the other.
  await tx.updateTable('group').set({ source: 'built-in' }).where('id', '=', everyone.id).execute()
  const rows = await tx.selectFrom('person').select('id').where('disabled', '=', 0).where(administers).execute()
  return rows.map((row) => row.id)
}

/** Whether a person administers Watchword by their own role or a group's. */
export function administers(where: ExpressionBuilder<Tables, 'person'>) {
  const inGroups = where
    .selectFrom('person_group')
    .innerJoin('group', 'group.id', 'person_group.group_id')
    .select('person_group.person_id')
    .where('group.role', '=', 'administrator')
  return where.or([where('person.role', '=', 'administrator'), where('person.id', 'in', inGroups)])
}

/** Writes when people were last seen; no part of any promise about durability. */
export async function markSeen(tx: Tx, personIds: readonly string[], nowMs: number): Promise<void> {
  if (personIds.length === 0) return
  await tx.updateTable('person').set({ last_seen_at_ms: nowMs }).where('id', 'in', personIds).execute()
}

/** A row of the table of people. */
export function personFrom(row: Selectable<PersonTable>): PersonRow {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    source: row.source === 'oidc' ? 'oidc' : 'local',
    oidcIssuer: row.oidc_issuer,
    oidcSubject: row.oidc_subject,
    oidcToldAtMs: row.oidc_told_at_ms,
    role: roleOrNull(row.role) ?? 'member',
    enabled: row.disabled === 0,
    passphraseHash: row.passphrase_hash,
    legacyPassphrase: row.legacy_passphrase,
    preferences: JSON.parse(row.preferences) as Record<string, string | boolean>,
    lastSeenAtMs: row.last_seen_at_ms,
    createdAtMs: row.created_at_ms,
  }
}

/** A role as a column holds it; anything else means none, the least privilege. */
export function roleOrNull(text: string): Role | null {
  return text === 'administrator' || text === 'auditor' || text === 'member' ? text : null
}

/** Whether anybody was ever set up. */
export async function hasAdministrator(db: Queryable): Promise<boolean> {
  const row = await db
    .selectFrom('person')
    .select('id')
    .where('role', '=', 'administrator')
    .where('passphrase_hash', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Writes a finished setup: a new first administrator, or the new passphrase of a person who is there. */
export async function settle(
  tx: Tx,
  setup: { personId: string; isFirst: boolean; username: string; passphraseHash: string },
  nowMs: number,
): Promise<void> {
  const { personId, username, passphraseHash } = setup
  if (!setup.isFirst) return changePerson(tx, personId, { passphraseHash }, nowMs)
  const names = { username, usernameKey: usernameKey(username), displayName: '', email: '' }
  const first = { id: personId, ...names, source: 'local', role: 'administrator', passphraseHash } as const
  await insertPerson(tx, first, nowMs)
}

/** The groups of many people, without the built-in one, by person. */
export async function membershipsOf(
  db: Queryable,
  personIds: readonly string[],
): Promise<Map<string, Pick<Membership, 'id' | 'name' | 'role'>[]>> {
  if (personIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('person_group')
    .innerJoin('group', 'group.id', 'person_group.group_id')
    .select(['person_group.person_id', 'group.id', 'group.name', 'group.role'])
    .distinct()
    .where('person_group.person_id', 'in', personIds)
    .orderBy('group.name')
    .execute()
  const groups = new Map<string, Pick<Membership, 'id' | 'name' | 'role'>[]>(personIds.map((id) => [id, []]))
  for (const row of rows) groups.get(row.person_id)?.push({ id: row.id, name: row.name, role: roleOrNull(row.role) })
  return groups
}

/** Whether any local person can log in with a passphrase. */
export async function hasLocalLogin(db: Queryable): Promise<boolean> {
  const row = await db
    .selectFrom('person')
    .select('id')
    .where('source', '=', 'local')
    .where((where) => where.or([where('passphrase_hash', 'is not', null), where('legacy_passphrase', 'is not', null)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
