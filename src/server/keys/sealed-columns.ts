import { sql } from '../database/sql.ts'
import type { Queryable, Tx } from '../database/storage.ts'

/**
 * One column that holds sealed values. The row of a value's place is the row's `id`; a data key's rotation seals
 * every one of them anew, so whoever adds a sealed column adds it here.
 */
export interface SealedColumn {
  readonly table: string
  readonly column: string
  /** Rows after `afterId` whose column is not null, in the order of their ids. */
  read(db: Queryable, afterId: string, limit: number): Promise<SealedRow[]>
  /** Puts `next` where `before` still stands; false when somebody wrote it meanwhile. */
  replace(tx: Tx, row: SealedRow, next: Uint8Array): Promise<boolean>
}

/** A sealed value of one row. */
export interface SealedRow {
  readonly id: string
  readonly sealed: Uint8Array
}

type SealedTable = 'account' | 'subject' | 'import_job'
type SealedName = 'sealed_secret' | 'previous_secret' | 'pending_secret' | 'sealed_input'

/** Every column sealed under data keys. The data keys themselves and the canary are sealed under the root key. */
export const sealedColumns: readonly SealedColumn[] = [
  sealedColumn('subject', 'sealed_secret'),
  sealedColumn('subject', 'pending_secret'),
  sealedColumn('account', 'sealed_secret'),
  sealedColumn('account', 'previous_secret'),
  sealedColumn('import_job', 'sealed_input'),
]

function sealedColumn(table: SealedTable, column: SealedName): SealedColumn {
  return {
    table,
    column,
    read: (db, afterId, limit) =>
      db
        .selectFrom(table)
        .select(['id', sql<Uint8Array>`${sql.ref(column)}`.as('sealed')])
        .where('id', '>', afterId)
        .where(sql<boolean>`${sql.ref(column)} is not null`)
        .orderBy('id')
        .limit(limit)
        .execute(),
    replace: async (tx, { id, sealed }, next) => {
      const { numUpdatedRows } = await tx
        .updateTable(table)
        .set({ [column]: next })
        .where('id', '=', id)
        .where(sql<boolean>`${sql.ref(column)} = ${sealed}`)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
  }
}
