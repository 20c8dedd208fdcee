import { parse } from 'csv-parse/sync'
import { importLimits } from '../limits.ts'

const separators = [',', ';', '\t'] as const

/**
 * The first rows of a CSV text, cells as they stand; null when they cannot be read as such, or one is longer than any
 * password manager writes.
 *
 * The separator is the one that cuts the first line into most cells.
 */
export function parseCsv(text: string, maxRows: number): string[][] | null {
  if (hasLineOver(text, importLimits.maxRowLetters)) return null
  const firstLine = text.slice(0, text.search(/[\r\n]|$/))
  const delimiter =
    separators.toSorted((one, other) => firstLine.split(other).length - firstLine.split(one).length)[0] ?? ','
  try {
    const rows: unknown = parse(text, {
      delimiter,
      to: maxRows,
      max_record_size: importLimits.maxRowLetters,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    })
    return rows as string[][]
  } catch {
    return null
  }
}

/** Millions of empty cells are no letters to the parser, and each takes room. */
function hasLineOver(text: string, letters: number): boolean {
  let start = 0
  for (const { index } of text.matchAll(/[\r\n]+|$/g)) {
    if (index - start > letters) return true
    start = index
  }
  return false
}

/**
 * Rows as one line each, every cell quoted that needs it.
 *
 * A cell that a spreadsheet would run as a formula is led by an apostrophe (T62).
 */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(formatCell).join(',')}\r\n`).join('')
}

/** Undoes the apostrophe that {@link formatCsv} puts before a formula. */
export function withoutFormulaGuard(cell: string): string {
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell
}

function formatCell(cell: string): string {
  const guarded = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n';]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
