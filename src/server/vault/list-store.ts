import type { ExpressionBuilder } from 'kysely'
import { containing, sql } from '../database/sql.ts'
import type { Queryable } from '../database/storage.ts'
import type { Tables } from '../database/tables.ts'
import type { VaultAccount } from './account.ts'
import { toAccount } from './store.ts'

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

const sortLabel = sql<string>`lower(account.label)`
const isFavouriteRow = sql<number>`case when favourite.account_id is null then 0 else 1 end`

/** Accounts by favourite, then label: at most `limit` behind `after`. */
export async function listAccounts(
  db: Queryable,
  filter: AccountFilter,
  after: ListPosition | null,
  limit: number,
): Promise<ListedAccount[]> {
  if (filter.ids?.length === 0) return []
  let query = narrowed(db, filter)
    .selectAll('account')
    .select([isFavouriteRow.as('is_favourite'), sortLabel.as('sort_label')])
    .orderBy(isFavouriteRow, 'desc')
    .orderBy(sortLabel)
    .orderBy('account.id')
    .limit(limit)
  if (after !== null) query = query.where(isBehind(after))
  const rows = await query.execute()
  return rows.map((row) => ({
    account: toAccount(row),
    favourite: row.is_favourite === 1,
    position: [row.is_favourite, row.sort_label, row.id],
  }))
}

function narrowed(db: Queryable, { viewer, ids, tag, favouritesOf, deleted, search, nowMs }: AccountFilter) {
  let query = db
    .selectFrom('account')
    .leftJoin('favourite', (join) =>
      join.onRef('favourite.account_id', '=', 'account.id').on('favourite.person_id', '=', favouritesOf ?? ''),
    )
    .where('account.deleted_at_ms', deleted ? 'is not' : 'is', null)
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
  if (tag !== null) query = query.where('account.tags', 'like', containing(JSON.stringify(tag)))
  for (const word of search.split(/\s+/).filter((part) => part !== '')) {
    query = query.where(searched, 'like', containing(word.toLowerCase()))
  }
  return query
}

// Favourites come first and the rest in rising order, which no comparison of whole rows can say.
function isBehind([favourite, label, id]: ListPosition) {
  return sql<boolean>`(${isFavouriteRow} < ${favourite} or (${isFavouriteRow} = ${favourite}
    and (${sortLabel} > ${label} or (${sortLabel} = ${label} and account.id > ${id}))))`
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
