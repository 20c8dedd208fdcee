import { parse } from 'csv-parse/sync'

const separators = [',', ';', '\t'] as const

/**
 * The rows of a CSV text, cells as they stand; empty when it cannot be read as one.
 *
 * The separator is the one that cuts the first line into most cells.
 */
export function parseCsv(text: string): string[][] {
  const firstLine = text.slice(0, text.search(/[\r\n]|$/))
  const delimiter =
    separators.toSorted((one, other) => firstLine.split(other).length - firstLine.split(one).length)[0] ?? ','
  try {
    const rows: unknown = parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    })
    return rows as string[][]
  } catch {
    return []
  }
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
