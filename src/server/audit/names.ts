import { sql } from '../database/sql.ts'
import type { Database } from '../database/storage.ts'
import { eventIn } from './link.ts'
import type { AuditFilter, IdFilter } from './search.ts'

/** Events that tell for good what a thing was called that is no more. */
const farewells = ['person.delete', 'token.delete', 'group.delete', 'realm.delete', 'account.delete']
/** So many of one name are told apart at most. */
const mostDeleted = 100

/**
 * Lets people ask by the names they know: the actor may be a person's or a token's name, the realm a realm's, the object
 * the label of an account or the name of a person, group, token or realm. A name means everything that bears it and
 * everything that bore it when it was deleted; what is no name stays what it is, an id.
 */
export async function withIds(db: Database, { actor, object, realm, ...rest }: AuditFilter): Promise<IdFilter> {
  return {
    ...rest,
    ...(actor === undefined ? {} : { actor: await orItself(actor, namedActors(db, actor), db, ['person', 'token']) }),
    ...(object === undefined ? {} : { object: await orItself(object, namedObjects(db, object), db, null) }),
    ...(realm === undefined ? {} : { realm: await orItself(realm, namedRealms(db, realm), db, ['realm']) }),
  }
}

type Ids = Promise<readonly { id: string }[]>

async function orItself(text: string, living: Ids, db: Database, kinds: readonly string[] | null) {
  const ids = new Set([...(await living), ...(await deleted(db, text, kinds))].map(({ id }) => id))
  return ids.size === 0 ? [text] : [...ids]
}

function namedActors(db: Database, text: string): Ids {
  return people(db, text)
    .unionAll(db.selectFrom('access_token').select('id').where('name', '=', text))
    .execute()
}

function namedRealms(db: Database, text: string): Ids {
  return db.selectFrom('realm').select('id').where('name', '=', text).execute()
}

function namedObjects(db: Database, text: string): Ids {
  return people(db, text)
    .unionAll(db.selectFrom('account').select('id').where('label', '=', text))
    .unionAll(db.selectFrom('group').select('id').where('name', '=', text))
    .unionAll(db.selectFrom('access_token').select('id').where('name', '=', text))
    .unionAll(db.selectFrom('realm').select('id').where('name', '=', text))
    .execute()
}

function people(db: Database, text: string) {
  return db.selectFrom('person').select('id').where('username_key', '=', text.toLowerCase())
}

// Few things are ever deleted, and the index leads to the events that say so.
async function deleted(db: Database, text: string, kinds: readonly string[] | null): Promise<{ id: string }[]> {
  const named = `"objectName":${JSON.stringify(text)}`.replaceAll(/[\\%_]/g, String.raw`\$&`)
  const rows = await db
    .selectFrom('audit_index')
    .innerJoin('audit_event', (join) =>
      join
        .onRef('audit_event.chain_id', '=', 'audit_index.chain_id')
        .onRef('audit_event.sequence', '=', 'audit_index.sequence'),
    )
    .select('audit_event.body')
    .where('audit_index.action', 'in', farewells)
    .where(sql<boolean>`audit_event.body like ${`%${named}%`} escape '\\'`)
    .limit(mostDeleted)
    .execute()
  return rows
    .map(({ body }) => eventIn(body))
    .filter((event) => event.objectName === text && (kinds === null || kinds.includes(event.objectKind)))
    .map(({ objectId }) => ({ id: objectId }))
}
