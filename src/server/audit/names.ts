import type { Queryable } from '../database/storage.ts'
import type { AuditFilter } from './search.ts'

/**
 * Lets people ask by the names they know: the actor may be a person's or a token's name, the realm a realm's, the object
 * the label of an account or the name of a person, group, token or realm.
 * What is no name stays what it is, an id.
 */
export async function withIds(db: Queryable, filter: AuditFilter): Promise<AuditFilter> {
  const actor = filter.actor === undefined ? undefined : await actorId(db, filter.actor)
  const realm = filter.realm === undefined ? undefined : await realmId(db, filter.realm)
  const object = filter.object === undefined ? undefined : await objectId(db, filter.object)
  return { ...filter, actor, realm, object }
}

async function actorId(db: Queryable, text: string): Promise<string> {
  const person = await db
    .selectFrom('person')
    .select('id')
    .where('username_key', '=', text.toLowerCase())
    .executeTakeFirst()
  if (person !== undefined) return person.id
  const token = await db.selectFrom('access_token').select('id').where('name', '=', text).executeTakeFirst()
  return token?.id ?? text
}

async function realmId(db: Queryable, text: string): Promise<string> {
  const realm = await db.selectFrom('realm').select('id').where('name', '=', text).executeTakeFirst()
  return realm?.id ?? text
}

async function objectId(db: Queryable, text: string): Promise<string> {
  const named = await db
    .selectFrom('account')
    .select('id')
    .where('label', '=', text)
    .unionAll(db.selectFrom('person').select('id').where('username_key', '=', text.toLowerCase()))
    .unionAll(db.selectFrom('group').select('id').where('name', '=', text))
    .unionAll(db.selectFrom('access_token').select('id').where('name', '=', text))
    .unionAll(db.selectFrom('realm').select('id').where('name', '=', text))
    .limit(1)
    .executeTakeFirst()
  return named?.id ?? text
}
