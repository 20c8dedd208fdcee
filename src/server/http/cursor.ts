import { Failure } from '../../errors/failure.ts'
import { isStorable } from './storable.ts'

/** Where the next page begins, as callers carry it: opaque to them. */
export function writeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url')
}

/**
 * The position in a cursor that {@link writeCursor} made.
 *
 * @param shape - the type of each part, so that a forged cursor is a bad request and never a fault
 * @throws {@link Failure} `bad_request`
 */
export function readCursor(cursor: string, shape: readonly ('string' | 'number')[]): (string | number)[] {
  const position = parse(cursor)
  const fits = position.length === shape.length && position.every((part, index) => isPart(part, shape[index]))
  if (!fits) throw new Failure('bad_request', { detail: { reason: 'its cursor is not one of ours' } })
  return position
}

function isPart(part: unknown, kind: 'string' | 'number' | undefined): boolean {
  return kind === 'number' ? Number.isSafeInteger(part) : typeof part === kind && isStorable(String(part))
}

/** Which page of a list is asked for. */
export interface PageWish {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/** A page of a list; the cursor of the next is absent at the end. */
export interface Page<Item> {
  items: Item[]
  nextCursor?: string
}

/** A page from `limit + 1` rows: the row too many says that there is more. */
export function pageOfRows<Row, Item>(
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => readonly (string | number)[],
  show: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const isMore = rows.length > limit && last !== undefined
  return { items: shown.map(show), ...(isMore ? { nextCursor: writeCursor(position(last)) } : {}) }
}

function parse(cursor: string): (string | number)[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(value) ? (value as (string | number)[]) : []
  } catch {
    return []
  }
}
