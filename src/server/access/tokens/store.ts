import type { Selectable } from 'kysely'
import { sql } from '../../database/sql.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { AccessTokenTable } from '../../database/tables/logins.ts'
import { keyBytes, keyText } from '../token-key.ts'

/** Whose a token is. A `device` token is a command's sign-in: it may what its person may. */
export type TokenOwner = 'person' | 'device' | 'service' | 'root'

/** Where the gate lets a token through. */
export interface GateLimits {
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
  readonly methods: readonly string[]
  readonly twoFactor: boolean
}

/** A token without itself. */
export interface AccessToken {
  readonly id: string
  readonly name: string
  readonly owner: TokenOwner
  readonly personId: string | null
  readonly realmId: string | null
  readonly scopes: readonly string[]
  readonly gateLimits: GateLimits | null
  readonly createdBy: string
  readonly createdAtMs: number
  readonly expiresAtMs: number | null
  readonly enabled: boolean
  /** As last written by this server or read from the table. */
  lastUsedAtMs: number | null
}

/** How the column says who disabled a token. */
const suspension = { none: 0, byOwner: 1, fromAbove: 2 } as const

/** A change of a token; `isFromAbove` when an administrator makes it who does not own it. */
export interface TokenChange {
  readonly name?: string | undefined
  readonly enabled?: boolean | undefined
  readonly expiresAtMs?: number | null | undefined
  readonly isFromAbove: boolean
}

export interface NewAccessToken extends AccessToken {
  readonly tokenKey: string | null
  readonly legacyBcrypt?: string
}

/** Adds a token; of the token itself only the hash. */
export async function insertToken(tx: Tx, token: NewAccessToken): Promise<void> {
  await tx
    .insertInto('access_token')
    .values({
      id: token.id,
      name: token.name,
      token_hash: token.tokenKey === null ? null : keyBytes(token.tokenKey),
      legacy_bcrypt: token.legacyBcrypt ?? null,
      owner_kind: token.owner,
      person_id: token.personId,
      realm_id: token.realmId,
      scopes: JSON.stringify(token.scopes),
      gate_limits: token.gateLimits === null ? null : JSON.stringify(token.gateLimits),
      created_by: token.createdBy,
      created_at_ms: token.createdAtMs,
      expires_at_ms: token.expiresAtMs,
      last_used_at_ms: token.lastUsedAtMs,
      suspended: suspension.none,
    })
    .execute()
}

/** A token by the key that its hash makes, suspended and expired ones too. */
export async function tokenByKey(db: Queryable, tokenKey: string): Promise<AccessToken | null> {
  const row = await db
    .selectFrom('access_token')
    .selectAll()
    .where('token_hash', '=', keyBytes(tokenKey))
    .executeTakeFirst()
  return row === undefined ? null : tokenFrom(row)
}

/**
 * A token by id, with the key that caches know it by: null for an imported one, of which only a bcrypt hash is known.
 */
export async function tokenById(
  db: Queryable,
  id: string,
): Promise<(AccessToken & { readonly tokenKey: string | null }) | null> {
  const row = await db.selectFrom('access_token').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) return null
  return { ...tokenFrom(row), tokenKey: row.token_hash === null ? null : keyText(row.token_hash) }
}

/** A page of tokens, newest first. */
export async function listTokens(
  db: Queryable,
  filter: { personId?: string | undefined; realmId?: string | undefined },
  page: { limit: number; before?: { createdAtMs: number; id: string } | undefined },
): Promise<AccessToken[]> {
  let query = db
    .selectFrom('access_token')
    .selectAll()
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
  if (filter.personId !== undefined) query = query.where('person_id', '=', filter.personId)
  if (filter.realmId !== undefined) query = query.where('realm_id', '=', filter.realmId)
  const { before } = page
  if (before !== undefined) {
    query = query.where(sql<boolean>`(created_at_ms, id) < (${before.createdAtMs}, ${before.id})`)
  }
  return (await query.execute()).map(tokenFrom)
}

/** Changes a token; false when an administrator disabled it and somebody else would lift that or outlast it. */
export async function changeToken(tx: Tx, id: string, change: TokenChange): Promise<boolean> {
  const { name, enabled, expiresAtMs, isFromAbove } = change
  const reached = isFromAbove ? suspension.fromAbove : suspension.byOwner
  const query = tx
    .updateTable('access_token')
    .set({
      ...(name === undefined ? {} : { name }),
      ...(enabled === undefined ? {} : { suspended: enabled ? suspension.none : reached }),
      ...(expiresAtMs === undefined ? {} : { expires_at_ms: expiresAtMs }),
      id,
    })
    .where('id', '=', id)
  const isAboutUse = enabled !== undefined || expiresAtMs !== undefined
  const allowed = isFromAbove || !isAboutUse ? query : query.where('suspended', '!=', suspension.fromAbove)
  return (await allowed.executeTakeFirst()).numUpdatedRows === 1n
}

/** Whether a token was neither deleted nor disabled. Until the transaction ends nobody can do either. */
export async function holdToken(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('access_token')
    .set({ id })
    .where('id', '=', id)
    .where('suspended', '=', suspension.none)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Deletes a token by id, or those of a person or a realm; answers their keys, so that caches can be told. */
export async function deleteTokens(
  tx: Tx,
  filter: { id: string } | { personId: string } | { realmId: string },
): Promise<{ id: string; tokenKey: string | null }[]> {
  let query = tx.deleteFrom('access_token').returning(['id', 'token_hash'])
  if ('id' in filter) query = query.where('id', '=', filter.id)
  else if ('personId' in filter) query = query.where('person_id', '=', filter.personId)
  else query = query.where('realm_id', '=', filter.realmId)
  const rows = await query.execute()
  return rows.map((row) => ({ id: row.id, tokenKey: row.token_hash === null ? null : keyText(row.token_hash) }))
}

/** The scopes of every token, with the key its caches know it by. */
export async function scopesOfTokens(
  db: Queryable,
): Promise<{ id: string; tokenKey: string | null; scopes: string[] }[]> {
  const rows = await db.selectFrom('access_token').select(['id', 'token_hash', 'scopes']).execute()
  return rows.map(({ id, token_hash, scopes }) => ({
    id,
    tokenKey: token_hash === null ? null : keyText(token_hash),
    scopes: JSON.parse(scopes) as string[],
  }))
}

/** Gives a token other scopes. */
export async function changeScopes(tx: Tx, id: string, scopes: readonly string[]): Promise<void> {
  await tx
    .updateTable('access_token')
    .set({ scopes: JSON.stringify(scopes) })
    .where('id', '=', id)
    .execute()
}

/** Notes when tokens were last used. */
export async function markUsed(tx: Tx, ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length === 0) return
  await tx.updateTable('access_token').set({ last_used_at_ms: nowMs }).where('id', 'in', ids).execute()
}

function tokenFrom(row: Selectable<AccessTokenTable>): AccessToken {
  return {
    id: row.id,
    name: row.name,
    owner: ownerOf(row.owner_kind),
    personId: row.person_id,
    realmId: row.realm_id,
    scopes: JSON.parse(row.scopes) as string[],
    gateLimits: row.gate_limits === null ? null : (JSON.parse(row.gate_limits) as GateLimits),
    createdBy: row.created_by,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    enabled: row.suspended === suspension.none,
    lastUsedAtMs: row.last_used_at_ms,
  }
}

// A word nobody knows owns nothing: a service token may only what its scopes say.
function ownerOf(text: string): TokenOwner {
  return text === 'person' || text === 'device' || text === 'root' ? text : 'service'
}
