import { oldText } from '../old-text.ts'
import type { OldRow } from './old-database.ts'
import type { Fate } from './user-fates.ts'

/** What became of everything that was read; the sums add up. */
export interface ImportReport {
  readonly issuers: Tally
  readonly users: Tally
  readonly tokens: Tally
  readonly validations: Tally
  /** Sentences about what was refused, changed or left out. */
  readonly notes: readonly string[]
  /** False when nothing was written: a dry run, or rows that do not open. */
  readonly isWritten: boolean
  /** Issuers and users whose keys do not open. */
  readonly unreadable: number
}

export interface Tally {
  read: number
  imported: number
  /** Here already, from an import before. */
  known: number
  refused: number
}

/** A report that is being written. */
export class Tallies {
  readonly issuers = noRows()
  readonly users = noRows()
  readonly tokens = noRows()
  readonly validations = noRows()
  readonly notes: string[] = []
  unreadable = 0

  /** Counts a row, and names it when it is left out. */
  count(table: 'issuers' | 'users' | 'tokens' | 'validations', fate: Fate, row: string): void {
    const tally = this[table]
    tally.read += 1
    if (fate === 'new') tally.imported += 1
    else if (fate === 'known') tally.known += 1
    else {
      tally.refused += 1
      this.note(`The ${row} was left out: ${fate.reason}.`)
    }
  }

  /** Counts a row whose secret cannot be read. */
  countLost(table: 'issuers' | 'users', { row, reason, isClosed }: OldRow): void {
    this.count(table, { reason }, row)
    if (isClosed) this.unreadable += 1
  }

  note(sentence: string): void {
    this.notes.push(oldText(sentence))
  }

  report(isWritten: boolean): ImportReport {
    const { issuers, users, tokens, validations, notes, unreadable } = this
    return { issuers, users, tokens, validations, notes, isWritten, unreadable }
  }
}

function noRows(): Tally {
  return { read: 0, imported: 0, known: 0, refused: 0 }
}
