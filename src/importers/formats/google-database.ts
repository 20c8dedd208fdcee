import { SqliteFile, type SqliteRow } from '../containers/sqlite.ts'
import { accountOf } from '../draft.ts'
import { damaged, type ImportFormat } from '../format.ts'
import type { ImportInput } from '../input.ts'

const app = 'Google Authenticator database'

/** The database of Google Authenticator for Android up to version 5.1; later ones are encrypted. */
export const googleDatabase: ImportFormat = {
  id: 'google-database',
  app,
  recognise: (file) => (hasColumns(file, 'accounts', 'original_name', 'email') ? 'nothing' : null),
  read(file, { report }) {
    for (const row of accountRows(app, file)) {
      const issuer = textOf(row, 'issuer')
      const name = textOf(row, 'email')
      report.add(name, () =>
        accountOf({
          secret: textOf(row, 'secret'),
          type: Number(row.get('type') ?? 0) === 1 ? 'hotp' : 'totp',
          counter: Number(row.get('counter') ?? 0),
          issuer,
          name: issuer !== '' && name.startsWith(`${issuer}:`) ? name.slice(issuer.length + 1) : name,
        }),
      )
    }
  },
}

/** Whether an SQLite file has a table with all of these columns. */
export function hasColumns(file: ImportInput, table: string, ...columns: readonly string[]): boolean {
  try {
    const present = SqliteFile.open(file.bytes)?.columns(table) ?? []
    return columns.every((column) => present.includes(column))
  } catch {
    return false
  }
}

/** The rows of the table `accounts`. */
export function accountRows(app: string, file: ImportInput): SqliteRow[] {
  try {
    const rows = SqliteFile.open(file.bytes)?.rows('accounts')
    if (rows) return rows
  } catch (cause) {
    throw damaged(app, 'pages of the database are missing or make no sense', cause)
  }
  throw damaged(app, 'its table of accounts is missing')
}

/** A text column; empty when NULL. */
export function textOf(row: SqliteRow, column: string): string {
  const value = row.get(column)
  return typeof value === 'string' ? value : ''
}
