import { type KeyRing } from '../../crypto/key-ring.ts'
import { sealingKeyId } from '../../crypto/sealing.ts'
import type { Storage, Tx } from '../database/storage.ts'
import { type SealedColumn, sealedColumns } from './sealed-columns.ts'
import { readSealed, replaceSealed, type SealedRow } from './store.ts'

const page = 200

/** What is asked of a walk over everything sealed. */
export interface Walk {
  readonly storage: Storage
  readonly keyRing: KeyRing<Tx>
  /** Told after each page: how many values were looked at so far. */
  readonly onProgress?: ((values: number) => void) | undefined
}

/**
 * Seals everything anew that a retired key sealed.
 *
 * Each page is its own transaction and a value somebody writes meanwhile is left to them, so that servers go on
 * and a walk that was interrupted is simply walked again. No plaintext leaves this process's memory.
 *
 * @param successors - ids of retired keys and of the keys that took over
 * @returns how many values were sealed anew
 */
export async function resealAll(walk: Walk, successors: ReadonlyMap<string, string>): Promise<number> {
  let resealed = 0
  let seen = 0
  for (const column of sealedColumns) {
    for await (const rows of pagesOf(walk.storage, column)) {
      resealed += await resealPage(walk, column, rows, successors)
      seen += rows.length
      walk.onProgress?.(seen)
    }
  }
  return resealed
}

/** How many values each data key seals. */
export async function countByKey({ storage, onProgress }: Walk): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  let seen = 0
  for (const column of sealedColumns) {
    for await (const rows of pagesOf(storage, column)) {
      for (const row of rows) {
        const keyId = sealingKeyId(row.sealed, placeOf(column, row))
        counts.set(keyId, (counts.get(keyId) ?? 0) + 1)
      }
      seen += rows.length
      onProgress?.(seen)
    }
  }
  return counts
}

async function* pagesOf(storage: Storage, column: SealedColumn): AsyncGenerator<SealedRow[]> {
  let afterId = ''
  for (;;) {
    const rows = await readSealed(storage.db, column, afterId, page)
    if (rows.length === 0) return
    yield rows
    afterId = rows.at(-1)?.id ?? afterId
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function resealPage(
  { storage, keyRing }: Walk,
  column: SealedColumn,
  rows: readonly SealedRow[],
  successors: ReadonlyMap<string, string>,
): Promise<number> {
  const outdated = rows.flatMap((row) => {
    const successor = successors.get(sealingKeyId(row.sealed, placeOf(column, row)))
    return successor === undefined ? [] : [{ row, successor }]
  })
  if (outdated.length === 0) return 0
  return storage.transaction(async (tx) => {
    let count = 0
    for (const { row, successor } of outdated) {
      const place = placeOf(column, row)
      const next = keyRing.seal(successor, keyRing.open(row.sealed, place), place)
      if (await replaceSealed(tx, column, row, next)) count += 1
    }
    return count
  })
}

function placeOf({ table, column }: SealedColumn, { id }: SealedRow) {
  return { table, column, row: id }
}
