import type { Queryable, Tx } from '../database/storage.ts'
import type { AccountCustodyTable } from '../database/tables/vault.ts'

/** Somebody who could have seen one version of a secret; `personId` is null for programs and the server. */
export interface Custodian {
  readonly id: string
  readonly accountId: string
  readonly secretVersion: number
  readonly personId: string | null
  readonly personName: string
  readonly how: 'uploaded' | 'imported' | 'server'
  readonly note: string
  readonly atMs: number
}

/** Notes that somebody could see one version of a secret. */
export async function addCustodian(tx: Tx, custodian: Custodian): Promise<void> {
  await tx
    .insertInto('account_custody')
    .values({
      id: custodian.id,
      account_id: custodian.accountId,
      secret_version: custodian.secretVersion,
      person_id: custodian.personId,
      person_name: custodian.personName,
      how: custodian.how,
      note: custodian.note,
      at_ms: custodian.atMs,
    })
    .execute()
}

/** Who could have seen one version of the account's secret, newest first. */
export async function custodiansOf(db: Queryable, accountId: string, secretVersion: number): Promise<Custodian[]> {
  const rows = await custody(db, accountId).where('secret_version', '=', secretVersion).execute()
  return rows.map(toCustodian)
}

/** Where a custodian stands among those of an account. */
export type CustodyPosition = readonly [atMs: number, secretVersion: number, id: string]

/** Some of those who could ever have seen a secret of the account, newest first. */
export async function listCustodians(
  db: Queryable,
  accountId: string,
  { after, limit }: { readonly after: CustodyPosition | null; readonly limit: number },
): Promise<Custodian[]> {
  const query = custody(db, accountId).limit(limit)
  if (after === null) return (await query.execute()).map(toCustodian)
  const rows = await query
    .where(({ eb, refTuple, tuple }) => eb(refTuple('at_ms', 'secret_version', 'id'), '<', tuple(...after)))
    .execute()
  return rows.map(toCustodian)
}

function custody(db: Queryable, accountId: string) {
  return db
    .selectFrom('account_custody')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('at_ms', 'desc')
    .orderBy('secret_version', 'desc')
    .orderBy('id', 'desc')
}

/** Accounts whose present secret a person could have seen; only those shared with `groupId` when one is named. */
export async function accountsSeenBy(db: Queryable, personId: string, groupId: string | null): Promise<string[]> {
  let query = db
    .selectFrom('account_custody')
    .innerJoin('account', 'account.id', 'account_custody.account_id')
    .select('account.id')
    .distinct()
    .where('account_custody.person_id', '=', personId)
    .whereRef('account_custody.secret_version', '=', 'account.secret_version')
  if (groupId !== null) {
    query = query.where('account.id', 'in', (from) =>
      from
        .selectFrom('account_grant')
        .select('account_id')
        .where('grantee_kind', '=', 'group')
        .where('grantee_id', '=', groupId),
    )
  }
  const rows = await query.execute()
  return rows.map(({ id }) => id)
}

function toCustodian(row: AccountCustodyTable): Custodian {
  return {
    id: row.id,
    accountId: row.account_id,
    secretVersion: row.secret_version,
    personId: row.person_id,
    personName: row.person_name,
    how: row.how as Custodian['how'],
    note: row.note,
    atMs: row.at_ms,
  }
}
