import type { ExpressionBuilder } from 'kysely'
import type { Algorithm, OtpType } from '../../otp/account.ts'
import type { SignOnDemand } from '../access/oidc/demand.ts'
import { sql } from '../database/sql.ts'
import type { Engine, Queryable, Tx } from '../database/storage.ts'
import type { AccountTable, Tables } from '../database/tables.ts'
import type { StepUp, VaultAccount } from './account.ts'
import type { LeaseMode } from './lease.ts'

/** The account, deleted ones too; null when there is none. */
export async function findAccount(db: Queryable, id: string): Promise<VaultAccount | null> {
  const row = await db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : toAccount(row)
}

/**
 * Accounts by id, held until the transaction ends, so that leases and counters are decided one after the other.
 * SQLite needs no row locks: its write transactions never run side by side.
 */
export async function holdAccounts(tx: Tx, engine: Engine, ids: readonly string[]): Promise<VaultAccount[]> {
  const query = tx.selectFrom('account').selectAll().where('id', 'in', ids).orderBy('id')
  const rows = await (engine === 'postgres' ? query.forUpdate() : query).execute()
  return rows.map(toAccount)
}

/** The account of totpshare's `hex.hex` name that is not deleted; the oldest of several. */
export async function findByPublicKey(db: Queryable, publicKey: string): Promise<VaultAccount | null> {
  const row = await db
    .selectFrom('account')
    .selectAll()
    .where('public_key', '=', publicKey)
    .where('deleted_at_ms', 'is', null)
    .orderBy('created_at_ms')
    .executeTakeFirst()
  return row === undefined ? null : toAccount(row)
}

/** totpshare's names of some accounts, by id. */
export async function publicKeysOf(db: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('account').select(['id', 'public_key']).where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, row.public_key]))
}

/** Accounts that are not deleted and hold a secret with this hash. */
export async function findBySecretHash(db: Queryable, secretHash: Uint8Array): Promise<VaultAccount[]> {
  const rows = await db
    .selectFrom('account')
    .selectAll()
    .where('secret_hash', '=', secretHash)
    .where('deleted_at_ms', 'is', null)
    .execute()
  return rows.map(toAccount)
}

/** Accounts that are not deleted, of one issuer under one name. */
export async function findByName(db: Queryable, issuer: string, identifier: string): Promise<VaultAccount[]> {
  const rows = await db
    .selectFrom('account')
    .selectAll()
    .where('identifier', '=', identifier)
    .where('issuer', '=', issuer)
    .where('deleted_at_ms', 'is', null)
    .execute()
  return rows.map(toAccount)
}

/** Adds an account with its sealed secret. */
export async function insertAccount(tx: Tx, account: VaultAccount): Promise<void> {
  await tx.insertInto('account').values(toRow(account)).execute()
}

/** Writes every column of an account that was read in the same transaction. */
export async function saveAccount(tx: Tx, account: VaultAccount): Promise<void> {
  const { id, ...columns } = toRow(account)
  await tx.updateTable('account').set(columns).where('id', '=', id).execute()
}

/** Moves a counter on. */
export async function setCounter(tx: Tx, accountId: string, counter: number): Promise<void> {
  await tx.updateTable('account').set({ counter }).where('id', '=', accountId).execute()
}

/** Which accounts a list shows, and whose favourites come first. */
export interface AccountFilter {
  /** Null sees all: an administrator, or a service for every account. */
  readonly viewer: { readonly personId: string; readonly groupIds: readonly string[] } | null
  /** Only these ids, for tokens that name accounts; null for no such limit. */
  readonly ids: readonly string[] | null
  readonly favouritesOf: string | null
  readonly search: string
  readonly tag: string | null
  readonly deleted: boolean
  readonly nowMs: number
}

/** Where a page of the list begins: behind this favourite flag, label and id. */
export type ListPosition = readonly [favourite: number, label: string, id: string]

export interface ListedAccount {
  readonly account: VaultAccount
  readonly favourite: boolean
  readonly position: ListPosition
}

/** Accounts by favourite, then label: at most `limit` behind `after`. */
export async function listAccounts(
  db: Queryable,
  filter: AccountFilter,
  after: ListPosition | null,
  limit: number,
): Promise<ListedAccount[]> {
  if (filter.ids?.length === 0) return []
  const favourite = sql<number>`case when favourite.account_id is null then 0 else 1 end`
  const label = sql<string>`lower(account.label)`
  let query = db
    .selectFrom('account')
    .leftJoin('favourite', (join) =>
      join.onRef('favourite.account_id', '=', 'account.id').on('favourite.person_id', '=', filter.favouritesOf ?? ''),
    )
    .selectAll('account')
    .select([favourite.as('is_favourite'), label.as('sort_label')])
    .where('account.deleted_at_ms', filter.deleted ? 'is not' : 'is', null)
    .orderBy(favourite, 'desc')
    .orderBy(label)
    .orderBy('account.id')
    .limit(limit)
  const { viewer, ids, tag, nowMs } = filter
  if (ids !== null) query = query.where('account.id', 'in', ids)
  if (viewer !== null) {
    query = query.where('account.id', 'in', (from) =>
      from
        .selectFrom('account_grant')
        .select('account_id')
        .where((grant) => grantedTo(grant, viewer))
        .where((grant) => grant.or([grant('expires_at_ms', 'is', null), grant('expires_at_ms', '>', nowMs)])),
    )
  }
  // Tags are kept as JSON, so that a whole tag stands between quotes.
  if (tag !== null) query = query.where('account.tags', 'like', contains(JSON.stringify(tag)))
  for (const word of filter.search.split(/\s+/).filter((part) => part !== '')) {
    query = query.where(searched, 'like', contains(word.toLowerCase()))
  }
  if (after !== null) {
    const [isFavourite, sortLabel, id] = after
    query = query.where(
      sql<boolean>`(${favourite} < ${isFavourite} or (${favourite} = ${isFavourite}
        and (${label} > ${sortLabel} or (${label} = ${sortLabel} and account.id > ${id}))))`,
    )
  }
  const rows = await query.execute()
  return rows.map((row) => ({
    account: toAccount(row),
    favourite: row.is_favourite === 1,
    position: [row.is_favourite, row.sort_label, row.id],
  }))
}

const searched = sql<string>`lower(account.label || ' ' || account.identifier || ' ' || account.issuer || ' ' ||
  account.url || ' ' || account.tags || ' ' || account.note)`

function grantedTo(
  grant: ExpressionBuilder<Tables, 'account_grant'>,
  { personId, groupIds }: { readonly personId: string; readonly groupIds: readonly string[] },
) {
  return grant.or([
    grant('grantee_kind', '=', 'everyone'),
    grant.and([grant('grantee_kind', '=', 'person'), grant('grantee_id', '=', personId)]),
    ...(groupIds.length === 0
      ? []
      : [grant.and([grant('grantee_kind', '=', 'group'), grant('grantee_id', 'in', groupIds)])]),
  ])
}

// SQLite has no escape character unless one is named; a pattern without wildcards of its own needs none.
function contains(text: string) {
  return sql<string>`${`%${text.replaceAll(/[\\%_]/g, '\\$&')}%`} escape '\\'`
}

/** Where an account stands on the rotate list. */
export type DuePosition = readonly [rotateSinceMs: number, id: string]

/** Accounts on the rotate list, longest due first. */
export async function listDueRotations(
  db: Queryable,
  after: DuePosition | null,
  limit: number,
): Promise<VaultAccount[]> {
  const query = db
    .selectFrom('account')
    .selectAll()
    .where('rotate_reason', 'is not', null)
    .where('deleted_at_ms', 'is', null)
    .orderBy('rotate_since_ms')
    .orderBy('id')
    .limit(limit)
  const rows = await (
    after === null
      ? query
      : query.where(({ eb, refTuple, tuple }) => eb(refTuple('rotate_since_ms', 'id'), '>', tuple(...after)))
  ).execute()
  return rows.map(toAccount)
}

/** Pins or unpins an account for a person. */
export async function setFavourite(tx: Tx, personId: string, accountId: string, favourite: boolean): Promise<void> {
  if (favourite) {
    await tx
      .insertInto('favourite')
      .values({ person_id: personId, account_id: accountId })
      .onConflict((conflict) => conflict.columns(['person_id', 'account_id']).doNothing())
      .execute()
    return
  }
  await tx.deleteFrom('favourite').where('person_id', '=', personId).where('account_id', '=', accountId).execute()
}

/** Whether a person pinned an account. */
export async function isFavourite(db: Queryable, personId: string, accountId: string): Promise<boolean> {
  const row = await db
    .selectFrom('favourite')
    .select('account_id')
    .where('person_id', '=', personId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return row !== undefined
}

/** Accounts deleted before a moment: their time to come back is over. */
export async function findDeletedBefore(db: Queryable, beforeMs: number): Promise<VaultAccount[]> {
  const rows = await db.selectFrom('account').selectAll().where('deleted_at_ms', '<=', beforeMs).limit(500).execute()
  return rows.map(toAccount)
}

/** Deletes an account for good. */
export async function removeAccount(tx: Tx, accountId: string): Promise<void> {
  await tx.deleteFrom('account').where('id', '=', accountId).execute()
}

/** Drops replaced secrets whose return is no longer possible. */
export async function dropPreviousSecrets(tx: Tx, nowMs: number): Promise<void> {
  await tx
    .updateTable('account')
    .set({ previous_secret: null, previous_until_ms: null })
    .where('previous_until_ms', '<=', nowMs)
    .execute()
}

function toAccount(row: AccountTable): VaultAccount {
  return {
    id: row.id,
    label: row.label,
    identifier: row.identifier,
    publicKey: row.public_key,
    issuer: row.issuer,
    url: row.url,
    tags: JSON.parse(row.tags) as string[],
    note: row.note,
    type: row.type as OtpType,
    algorithm: row.algorithm as Algorithm,
    digits: row.digits,
    periodSeconds: row.period_seconds,
    counter: row.counter,
    sealedSecret: row.sealed_secret,
    secretHash: row.secret_hash,
    secretVersion: row.secret_version,
    previousSecret: row.previous_secret,
    previousUntilMs: row.previous_until_ms,
    lease: row.lease as LeaseMode,
    stepUp: row.step_up as StepUp,
    signOnDemand: row.sign_on_demand === null ? null : (JSON.parse(row.sign_on_demand) as SignOnDemand),
    marked: row.marked === 1,
    rotateReason: row.rotate_reason,
    rotateSinceMs: row.rotate_since_ms,
    createdBy: row.created_by,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    deletedAtMs: row.deleted_at_ms,
  }
}

function toRow(account: VaultAccount): AccountTable {
  return {
    id: account.id,
    label: account.label,
    identifier: account.identifier,
    public_key: account.publicKey,
    issuer: account.issuer,
    url: account.url,
    tags: JSON.stringify(account.tags),
    note: account.note,
    type: account.type,
    algorithm: account.algorithm,
    digits: account.digits,
    period_seconds: account.periodSeconds,
    counter: account.counter,
    sealed_secret: account.sealedSecret,
    secret_hash: account.secretHash,
    secret_version: account.secretVersion,
    previous_secret: account.previousSecret,
    previous_until_ms: account.previousUntilMs,
    lease: account.lease,
    step_up: account.stepUp,
    sign_on_demand: account.signOnDemand === null ? null : JSON.stringify(account.signOnDemand),
    marked: account.marked ? 1 : 0,
    rotate_reason: account.rotateReason,
    rotate_since_ms: account.rotateSinceMs,
    created_by: account.createdBy,
    created_at_ms: account.createdAtMs,
    updated_at_ms: account.updatedAtMs,
    deleted_at_ms: account.deletedAtMs,
  }
}
