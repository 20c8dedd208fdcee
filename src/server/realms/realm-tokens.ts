import { changeScopes, deleteTokens, scopesOfTokens } from '../access/tokens/store.ts'
import { tokenChange } from '../access/tokens/tokens.ts'
import type { Storage, Tx } from '../database/storage.ts'
import { takeTurn } from '../database/turns.ts'

/** Ends, on every server, the tokens that belong to a realm. */
export async function endRealmTokens(storage: Storage, tx: Tx, realm: { readonly id: string }): Promise<void> {
  for (const { tokenKey } of await deleteTokens(tx, { realmId: realm.id })) await tellToken(storage, tx, tokenKey)
}

/**
 * Takes a realm's name out of every token's scopes, or writes its new name there.
 *
 * Scopes name realms: without this a token would open whatever realm is given the old name later (T63).
 */
export async function renameInScopes(storage: Storage, tx: Tx, name: string, newName: string | null): Promise<void> {
  // Of two who change one token's scopes at once, the second is to see what the first wrote.
  await takeTurn(tx, storage.engine, 'realmNames')
  for (const { id, tokenKey, scopes: before } of await scopesOfTokens(tx)) {
    const after = before.flatMap((scope) => renamed(scope, name, newName))
    if (after.length === before.length && after.every((scope, index) => scope === before[index])) continue
    await changeScopes(tx, id, after)
    await tellToken(storage, tx, tokenKey)
  }
}

const realmVerbs = new Set(['verify', 'explain', 'enrol'])

function renamed(scope: string, name: string, newName: string | null): string[] {
  const colon = scope.indexOf(':')
  const verb = scope.slice(0, colon)
  // Such a star means every realm, also where an older version let one be called `*`.
  if (!realmVerbs.has(verb) || name === '*' || scope.slice(colon + 1) !== name) return [scope]
  return newName === null ? [] : [`${verb}:${newName}`]
}

async function tellToken(storage: Storage, tx: Tx, tokenKey: string | null): Promise<void> {
  if (tokenKey !== null) await storage.recordChange(tx, { kind: tokenChange, objectId: tokenKey })
}
