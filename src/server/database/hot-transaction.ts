import type { Engine, HotTx, SqlRow, SqlValue } from './storage.ts'

/** How one engine runs prepared statements. */
export interface Statements {
  all(sql: string, values: readonly SqlValue[]): Promise<SqlRow[]> | SqlRow[]
  run(sql: string, values: readonly SqlValue[]): Promise<number> | number
  runEach(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void> | void
}

/**
 * A transaction of prepared statements that ends: what a forgotten promise still asks of it afterwards fails,
 * instead of running outside of any transaction or inside somebody else's.
 */
export class HotTransaction implements HotTx {
  readonly engine: Engine
  readonly #statements: Statements
  #isOver = false

  constructor(engine: Engine, statements: Statements) {
    this.engine = engine
    this.#statements = statements
  }

  all(sql: string, values: readonly SqlValue[]): Promise<SqlRow[]> | SqlRow[] {
    this.#refuseWhenOver()
    return this.#statements.all(sql, values)
  }

  run(sql: string, values: readonly SqlValue[]): Promise<number> | number {
    this.#refuseWhenOver()
    return this.#statements.run(sql, values)
  }

  runEach(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void> | void {
    this.#refuseWhenOver()
    return this.#statements.runEach(sql, rows)
  }

  /** Must be called before COMMIT and ROLLBACK. */
  end(): void {
    this.#isOver = true
  }

  #refuseWhenOver(): void {
    if (this.#isOver) throw new Error('The transaction is over: a statement was not awaited in it.')
  }
}
