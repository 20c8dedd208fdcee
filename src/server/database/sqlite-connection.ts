import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import type { SqlRow } from './storage.ts'

/** Statements kept prepared on one connection; the least recently prepared are dropped beyond this. */
const keptStatements = 500

interface Prepared {
  readonly statement: StatementSync
  readonly answersRows: boolean
}

/** What a statement did: its rows, or how many rows it changed. */
export interface SqliteResult {
  readonly rows: SqlRow[]
  readonly changes: number
}

/**
 * One connection of node:sqlite whose statements are prepared once per text.
 *
 * Every call is synchronous: SQLite answers in this process, and a commit waits for the disk.
 */
export class SqliteConnection {
  readonly database: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

  /**
   * @param busyMs - how long one statement may block while another process holds the lock
   * @param foreignKeys - whether references are kept, which costs a look at the row referred to; they are by default
   */
  constructor(file: string, options: { readOnly: boolean; busyMs: number; foreignKeys?: boolean }) {
    this.database = new DatabaseSync(file, {
      readOnly: options.readOnly,
      timeout: options.busyMs,
      enableForeignKeyConstraints: options.foreignKeys ?? true,
    })
    // SQLite's own knows the letters of ASCII alone.
    this.database.function('lower', { deterministic: true }, lowerCase)
  }

  /** Runs any statement; rows where it answers rows. */
  execute(sql: string, values: readonly unknown[]): SqliteResult {
    const { statement, answersRows } = this.#prepare(sql)
    const parameters = values as SQLInputValue[]
    if (!answersRows) return { rows: [], changes: Number(statement.run(...parameters).changes) }
    const rows = statement.all(...parameters) as SqlRow[]
    return { rows, changes: rows.length }
  }

  /** Rows of a query. */
  all(sql: string, values: readonly unknown[]): SqlRow[] {
    return this.#prepare(sql).statement.all(...(values as SQLInputValue[])) as SqlRow[]
  }

  /** How many rows a statement changed. */
  run(sql: string, values: readonly unknown[]): number {
    return Number(this.#prepare(sql).statement.run(...(values as SQLInputValue[])).changes)
  }

  /** Runs a statement once for each row of parameters. */
  runEach(sql: string, rows: readonly (readonly unknown[])[]): void {
    const { statement } = this.#prepare(sql)
    for (const row of rows) statement.run(...(row as SQLInputValue[]))
  }

  /** Several statements without parameters, for pragmas and migrations. */
  exec(sql: string): void {
    this.database.exec(sql)
  }

  close(): void {
    this.#prepared.clear()
    if (this.database.isOpen) this.database.close()
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.database.prepare(sql)
    const prepared = { statement, answersRows: statement.columns().length > 0 }
    if (this.#prepared.size >= keptStatements) this.#dropOldest()
    this.#prepared.set(sql, prepared)
    return prepared
  }

  #dropOldest(): void {
    for (const oldest of this.#prepared.keys()) {
      this.#prepared.delete(oldest)
      return
    }
  }
}

function lowerCase(text: SQLOutputValue): SQLOutputValue {
  return text === null || text instanceof Uint8Array ? text : String(text).toLowerCase()
}
