import { recommendedSecretBytes } from '../../../otp/account.ts'
import { callerRealms } from '../../subjects/reserved.ts'
import { oldText } from '../old-text.ts'
import type { EntryFate, OldEntry } from './entry-fates.ts'

/** What became of the rows; the sum of the parts is `read`. */
export interface UngleichotpReport {
  readonly read: number
  readonly imported: number
  readonly known: number
  readonly refused: number
  /** Accounts of Django's admin site, which are no entries. */
  readonly skipped: number
  readonly notes: readonly string[]
  readonly isWritten: boolean
}

const namedAtMost = 5

/** A report that is being written. */
export class EntryTally {
  read = 0
  #imported = 0
  #known = 0
  #refused = 0
  #skipped = 0
  readonly #notes: string[] = []
  /** The first entries whose seeds are shorter than 128 bits: in a store of 2018 that is every one of them. */
  readonly #short: string[] = []
  #shortOnes = 0
  /** Realms of the entries that are here now. */
  readonly #realms = new Set<string>()

  /** Counts a row, and names it where somebody has to know. */
  count(fate: EntryFate): void {
    const { entry, kind } = fate
    this.read += 1
    if (kind === 'new' || kind === 'known') this.#realms.add(entry.realm)
    if (kind === 'new') this.#countNew(fate)
    else if (kind === 'known') this.#known += 1
    else if (kind === 'refused') {
      this.#refused += 1
      this.#notes.push(`${nameOf(entry)} was left out: ${fate.reason}.`)
    } else {
      this.#skipped += 1
      this.#notes.push(`${oldText(entry.username)} is an account of the admin site and no entry; it was left out.`)
    }
  }

  report(isWritten: boolean, hasAdministrator: boolean): UngleichotpReport {
    const others = this.#shortOnes - this.#short.length
    const shortNames = this.#short.join(', ') + (others > 0 ? ` and ${others} more` : '')
    const short = this.#shortOnes === 0 ? [] : [`Seeds shorter than 128 bits: ${shortNames}.`]
    return {
      read: this.read,
      imported: this.#imported,
      known: this.#known,
      refused: this.#refused,
      skipped: this.#skipped,
      notes: [...this.#notes, ...short, ...this.#rightsNotes(hasAdministrator)],
      isWritten,
    }
  }

  #countNew({ entry, number, secret }: EntryFate & { kind: 'new' }): void {
    this.#imported += 1
    if (number !== entry.id) this.#notes.push(`${nameOf(entry)} has the id ${number} now: ${entry.id} was taken.`)
    if (!entry.isActive) this.#notes.push(`${nameOf(entry)} was not active and is disabled here.`)
    if (secret.length >= recommendedSecretBytes) return
    this.#shortOnes += 1
    if (this.#short.length < namedAtMost) this.#short.push(nameOf(entry))
  }

  #rightsNotes(hasAdministrator: boolean): string[] {
    const others = [...this.#realms].filter((realm) => realm !== callerRealms.admin && realm !== callerRealms.auth)
    const notes = []
    if (!hasAdministrator) {
      notes.push(
        'There is no entry in ungleich-admin that can log in: "watchword admin ungleichotp bootstrap" makes one.',
      )
    }
    if (others.length > 0) {
      notes.push(
        `Entries of ${oldText(others.toSorted().join(', '))} can be verified but no longer verify or manage others. ` +
          'Give a service that verifies an entry in ungleich-auth.',
      )
    }
    return notes
  }
}

function nameOf({ name, realm }: OldEntry): string {
  return oldText(`(${name}, ${realm})`)
}
