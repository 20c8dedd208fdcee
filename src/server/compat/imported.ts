import { setTimeout as pause } from 'node:timers/promises'
import { insertRows } from '../database/insert-rows.ts'
import { readSettings } from '../database/settings.ts'
import { asHotTx } from '../database/sql.ts'
import type { Queryable, Storage, Tx } from '../database/storage.ts'

/** Told after some rows of an import: how many are done, of how many. */
export type OnRow = (done: number, total: number) => void

/** A rest between two transactions of an import, in which servers on the same store write what waits for them. */
const restMs = 5
const namesAtOnce = 500

/** How the parts of an import reach the store: each in a transaction of its own, or in a dry run nowhere. */
export class ImportTurns {
  readonly isDryRun: boolean
  readonly #storage: Storage

  constructor(storage: Storage, isDryRun: boolean) {
    this.#storage = storage
    this.isDryRun = isDryRun
  }

  /**
   * Looks, decides and writes in one transaction; in a dry run it looks and decides.
   *
   * @param decide - reads alone
   * @param write - may run twice, after a lost deadlock, as the others may
   * @param hold - keeps everybody else from what is decided about
   */
  async take<T>(
    decide: (db: Queryable) => Promise<T>,
    write: (tx: Tx, decided: T) => Promise<void>,
    hold: (tx: Tx) => Promise<void> = async () => {},
  ): Promise<T> {
    if (this.isDryRun) return decide(this.#storage.db)
    const decided = await this.#storage.transaction(async (tx) => {
      await hold(tx)
      const found = await decide(tx)
      await write(tx, found)
      return found
    })
    await pause(restMs)
    return decided
  }
}

/**
 * What was taken over before, by the names it had in the old program: what was deleted or renamed since does not come
 * back. Each name is a setting, for an import must look up a page of them without reading all.
 */
export class Imported {
  readonly #prefix: string

  /** @param source - the old program, as in `tiny-mfa` */
  constructor(source: string) {
    this.#prefix = `${source}.imported.`
  }

  /** Which of these were. */
  async among(db: Queryable, names: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>()
    for (let first = 0; first < names.length; first += namesAtOnce) {
      const keys = names.slice(first, first + namesAtOnce).map((name) => this.#prefix + name)
      for (const key of (await readSettings(db, keys)).keys()) found.add(key.slice(this.#prefix.length))
    }
    return found
  }

  /** Remembers some, in the transaction that takes them over. */
  async remember(tx: Tx, engine: Storage['engine'], names: readonly string[], nowMs: number): Promise<void> {
    const columns = { key: 'text', value: 'text', updated_at_ms: 'bigint' } as const
    const rows = names.map((name) => [this.#prefix + name, '', nowMs])
    await insertRows(asHotTx(tx, engine), 'setting', columns, rows, 'skip')
  }
}
