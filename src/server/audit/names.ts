import type { Database } from '../database/storage.ts'
import { eventIn } from './link.ts'
import type { AuditFilter, IdFilter } from './search.ts'
import { actorsNamed, bodiesWith, objectsNamed, realmsNamed } from './search-store.ts'

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
    ...(actor === undefined ? {} : { actor: await orItself(actor, actorsNamed(db, actor), db, ['person', 'token']) }),
    ...(object === undefined ? {} : { object: await orItself(object, objectsNamed(db, object), db, null) }),
    ...(realm === undefined ? {} : { realm: await orItself(realm, realmsNamed(db, realm), db, ['realm']) }),
  }
}

type Ids = Promise<readonly { id: string }[]>

async function orItself(text: string, living: Ids, db: Database, kinds: readonly string[] | null) {
  const ids = new Set([...(await living), ...(await deleted(db, text, kinds))].map(({ id }) => id))
  return ids.size === 0 ? [text] : [...ids]
}

// Few things are ever deleted, and the index leads to the events that say so.
async function deleted(db: Database, text: string, kinds: readonly string[] | null): Promise<{ id: string }[]> {
  const named = `"objectName":${JSON.stringify(text)}`
  const bodies = await bodiesWith(db, named, { actions: farewells, limit: mostDeleted })
  return bodies
    .map(eventIn)
    .filter((event) => event.objectName === text && (kinds === null || kinds.includes(event.objectKind)))
    .map(({ objectId }) => ({ id: objectId }))
}
