/**
 * One column that holds sealed values. The row of a value's place is the row's `id`; a data key's rotation seals
 * every one of them anew, so whoever adds a sealed column adds it here.
 */
export interface SealedColumn {
  readonly table: 'account' | 'subject' | 'import_job'
  readonly column: 'sealed_secret' | 'previous_secret' | 'pending_secret' | 'sealed_input'
}

/** Every column sealed under data keys. The data keys themselves and the canary are sealed under the root key. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'subject', column: 'sealed_secret' },
  { table: 'subject', column: 'pending_secret' },
  { table: 'account', column: 'sealed_secret' },
  { table: 'account', column: 'previous_secret' },
  { table: 'import_job', column: 'sealed_input' },
]
