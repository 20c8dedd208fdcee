import type { Core } from '../audit/core.ts'
import type { Tx } from '../database/storage.ts'
import { type By, realmEvent } from '../subjects/audited.ts'
import type { RealmRow } from '../subjects/store.ts'
import { endRealmTokens, renameInScopes } from './realm-tokens.ts'
import { countSubjects, deleteRealm } from './store.ts'

/**
 * Removes a realm, whichever door asked: its subjects, its own tokens and its name in every other token's scopes go
 * with it, or an old token would open the next realm of that name (T63). The audit of all of it stays (T71).
 */
export async function removeRealm({ storage, audit }: Core, tx: Tx, realm: RealmRow, by: By): Promise<void> {
  const subjects = (await countSubjects(tx, [realm.id])).get(realm.id) ?? 0
  await endRealmTokens(storage, tx, realm)
  await renameInScopes(storage, tx, realm.name, null)
  await deleteRealm(tx, realm.id)
  await audit.append(tx, [realmEvent(by, 'delete', realm, { subjects })])
  await storage.recordChange(tx, { kind: 'realm', objectId: realm.id })
}
