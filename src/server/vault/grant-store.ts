import type { Queryable, Tx } from '../database/storage.ts'
import type { AccountGrantTable } from '../database/tables/vault.ts'
import type { AccountGrant } from './rights.ts'

/** A grant with the name of whoever has it; empty when they are gone. */
export interface NamedGrant extends AccountGrant {
  readonly granteeName: string
}

/** Every grant on some accounts, ended ones too. */
export async function grantsOn(db: Queryable, accountIds: readonly string[]): Promise<AccountGrant[]> {
  if (accountIds.length === 0) return []
  const rows = await db.selectFrom('account_grant').selectAll().where('account_id', 'in', accountIds).execute()
  return rows.map(toGrant)
}

/** Where a grant stands among those of its account. */
export type GrantPosition = readonly [createdAtMs: number, right: string, id: string]

/**
 * Grants on one account with names, oldest first, and of one moment who manages it first: those after a position, or one
 * by its id.
 */
export async function namedGrantsOn(
  db: Queryable,
  accountId: string,
  wish: { readonly id: string } | { readonly after: GrantPosition | null; readonly limit: number },
): Promise<NamedGrant[]> {
  let query = db
    .selectFrom('account_grant')
    .leftJoin('person', (join) =>
      join.onRef('person.id', '=', 'account_grant.grantee_id').on('account_grant.grantee_kind', '=', 'person'),
    )
    .leftJoin('group', (join) =>
      join.onRef('group.id', '=', 'account_grant.grantee_id').on('account_grant.grantee_kind', '=', 'group'),
    )
    .selectAll('account_grant')
    .select(['person.username as person_name', 'group.name as group_name'])
    .where('account_id', '=', accountId)
    .orderBy('account_grant.created_at_ms')
    .orderBy('account_grant.right')
    .orderBy('account_grant.id')
  if ('id' in wish) query = query.where('account_grant.id', '=', wish.id)
  else {
    const { after, limit } = wish
    query = query.limit(limit)
    if (after !== null) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('account_grant.created_at_ms', 'account_grant.right', 'account_grant.id'), '>', tuple(...after)),
      )
    }
  }
  const rows = await query.execute()
  return rows.map((row) => ({
    ...toGrant(row),
    granteeName: row.grantee_kind === 'everyone' ? 'everyone' : (row.person_name ?? row.group_name ?? ''),
  }))
}

/** A person or group by id or exact name; null when there is none. */
export async function findGrantee(
  db: Queryable,
  kind: 'person' | 'group',
  idOrName: string,
): Promise<{ id: string; name: string } | null> {
  const query =
    kind === 'person'
      ? db
          .selectFrom('person')
          .select(['id', 'username as name'])
          .where((person) => person.or([person('id', '=', idOrName), person('username', '=', idOrName)]))
      : db
          .selectFrom('group')
          .select(['id', 'name'])
          .where((group) => group.or([group('id', '=', idOrName), group('name', '=', idOrName)]))
  const rows = await query.execute()
  // An id is never a name of somebody else's choosing, so it goes first.
  return rows.find(({ id }) => id === idOrName) ?? rows[0] ?? null
}

/** Adds a grant; the same grantee's same right is given its new end instead. Answers the id it has. */
export async function putGrant(tx: Tx, grant: AccountGrant): Promise<string> {
  const row = await tx
    .insertInto('account_grant')
    .values({
      id: grant.id,
      account_id: grant.accountId,
      grantee_kind: grant.grantee,
      grantee_id: grant.granteeId,
      right: grant.right,
      expires_at_ms: grant.expiresAtMs,
      granted_by: grant.grantedBy,
      created_at_ms: grant.createdAtMs,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'grantee_kind', 'grantee_id', 'right'])
        .doUpdateSet({ expires_at_ms: grant.expiresAtMs, granted_by: grant.grantedBy }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** Ends a grant. */
export async function removeGrant(tx: Tx, grantId: string): Promise<void> {
  await tx.deleteFrom('account_grant').where('id', '=', grantId).execute()
}

/** Removes grants that ended before a moment. */
export async function removeEndedGrants(tx: Tx, beforeMs: number): Promise<void> {
  await tx.deleteFrom('account_grant').where('expires_at_ms', '<=', beforeMs).execute()
}

function toGrant(row: AccountGrantTable): AccountGrant {
  return {
    id: row.id,
    accountId: row.account_id,
    grantee: row.grantee_kind as AccountGrant['grantee'],
    granteeId: row.grantee_id,
    right: row.right as AccountGrant['right'],
    expiresAtMs: row.expires_at_ms,
    grantedBy: row.granted_by,
    createdAtMs: row.created_at_ms,
  }
}
