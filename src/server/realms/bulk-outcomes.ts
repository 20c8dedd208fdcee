import type * as api from '../../api/bulk.ts'
import type { Remark } from '../../errors/remarks.ts'
import { nameKey } from '../subjects/names.ts'
import type { BulkInput } from './bulk-rows.ts'

/** What becomes of a row, as it is kept. */
export interface Outcome {
  readonly line: number
  readonly name: string
  readonly result: api.BulkRow['result']
  readonly reason?: Remark
}

/** What a job keeps of its outcomes beside the parts they stand in, so that it can be shown without reading them. */
export interface Summary {
  /** How many rows each part but the last one has. */
  readonly partRows: number
  readonly duplicates: number
  readonly refused: number
  /** For each part how many of its rows were not simply created. */
  readonly exceptions: readonly number[]
}

/** What becomes of rows, in their order. @param taken - names of the realm, as `nameKey` writes them */
export function outcomesOf(rows: readonly BulkInput[], taken: ReadonlySet<string>): Outcome[] {
  // Beside those taken, not in a copy of them: the dry run of a long list has all rows before these among them.
  const here = new Set<string>()
  return rows.map(({ line, name, refusal, warning }): Outcome => {
    if (refusal !== undefined) return { line, name, result: 'refused', reason: refusal }
    const key = nameKey(name)
    if (taken.has(key) || here.has(key)) return { line, name, result: 'duplicate' }
    here.add(key)
    return { line, name, result: 'created', ...(warning === undefined ? {} : { reason: warning }) }
  })
}

/** Whether a row was not simply created. */
export function isException({ result, reason }: Outcome): boolean {
  return result !== 'created' || reason !== undefined
}

/** A summary before the first row. */
export function emptySummary(partRows: number): Summary {
  return { partRows, duplicates: 0, refused: 0, exceptions: [] }
}

/** A summary with one more part. */
export function withPart(summary: Summary, outcomes: readonly Outcome[]): Summary {
  const count = (wanted: Outcome['result']) => outcomes.filter(({ result }) => result === wanted).length
  return {
    ...summary,
    duplicates: summary.duplicates + count('duplicate'),
    refused: summary.refused + count('refused'),
    exceptions: [...summary.exceptions, outcomes.filter(isException).length],
  }
}

/** Which parts hold some rows of a job, and how many rows to leave out before them. */
export interface PartRange {
  readonly parts: readonly number[]
  readonly skip: number
}

/** The parts that hold the rows from `after` on, of all rows or of the exceptional ones. */
export function partsHolding(
  { partRows, exceptions }: Summary,
  done: number,
  { after, limit, exceptionsOnly }: { after: number; limit: number; exceptionsOnly: boolean },
): PartRange {
  const sizes = exceptionsOnly ? exceptions : exceptions.map((_, part) => Math.min(partRows, done - part * partRows))
  const parts: number[] = []
  let skip = 0
  let before = 0
  for (const [part, size] of sizes.entries()) {
    const isWanted = size > 0 && before < after + limit && before + size > after
    if (isWanted && parts.length === 0) skip = after - before
    if (isWanted) parts.push(part)
    before += size
  }
  return { parts, skip }
}
