import { tokenChange } from '../access/tokens/tokens.ts'
import { keyText } from '../access/token-key.ts'
import type { Storage, Tx } from '../database/storage.ts'
import { takeTurn } from '../database/turns.ts'

/** Ends, on every server, the tokens that belong to a realm. */
export async function endRealmTokens(storage: Storage, tx: Tx, realm: { readonly id: string }): Promise<void> {
  const ended = await tx.deleteFrom('access_token').where('realm_id', '=', realm.id).returning('token_hash').execute()
  for (const { token_hash } of ended) await tellToken(storage, tx, token_hash)
}

/**
 * Takes a realm's name out of every token's scopes, or writes its new name there.
 *
 * Scopes name realms: without this a token would open whatever realm is given the old name later (T63).
 */
export async function renameInScopes(storage: Storage, tx: Tx, name: string, newName: string | null): Promise<void> {
  // Of two who change one token's scopes at once, the second is to see what the first wrote.
  await takeTurn(tx, storage.engine, 'realmNames')
  const rows = await tx.selectFrom('access_token').select(['id', 'token_hash', 'scopes']).execute()
  for (const { id, token_hash, scopes } of rows) {
    const before = JSON.parse(scopes) as string[]
    const after = before.flatMap((scope) => renamed(scope, name, newName))
    if (after.length === before.length && after.every((scope, index) => scope === before[index])) continue
    await tx
      .updateTable('access_token')
      .set({ scopes: JSON.stringify(after) })
      .where('id', '=', id)
      .execute()
    await tellToken(storage, tx, token_hash)
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

async function tellToken(storage: Storage, tx: Tx, hash: Uint8Array | null): Promise<void> {
  if (hash !== null) await storage.recordChange(tx, { kind: tokenChange, objectId: keyText(hash) })
}
