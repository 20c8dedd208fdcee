import type { Algorithm, OtpType } from '../../otp/account.ts'
import type { SignOnDemand } from '../access/oidc/demand.ts'
import type { Engine, Queryable, Tx } from '../database/storage.ts'
import type { AccountTable } from '../database/tables/vault.ts'
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

/** An account of its row. */
export function toAccount(row: AccountTable): VaultAccount {
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
