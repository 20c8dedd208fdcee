import { Failure } from '../errors/failure.ts'
import { type Remark, remark, remarkOf } from '../errors/remarks.ts'
import type { OtpAccount } from '../otp/account.ts'
import { formatOtpauthUri, longestUri, type ParsedOtpauth } from '../otp/otpauth-uri.ts'
import { importLimits } from './limits.ts'

/** An entry that could not be read, and why. */
export interface ImportFailure {
  /** Its place among all entries of the file, from 0. */
  readonly index: number
  readonly name?: string
  /** A sentence for a person, without the secret. */
  readonly reason: string
  /** The same by its name. */
  readonly remark: Remark
}

/** Entries that hold no one-time password, or none of ours to take. */
export interface ImportSkip {
  readonly code: SkipCode
  readonly what: string
  readonly count: number
}

/** What is left out on purpose. */
const skips = {
  simpleotp_empty: 'empty files, whose secrets simpleotp never wrote',
  simpleotp_users: "users of simpleotp's login server",
  entries_without: 'entries without a one-time password',
  items_without: 'items without a one-time password',
  rows_without: 'rows without a one-time password',
  trashed: 'entries in the trash',
  other_keys: 'keys that are not for one-time passwords',
  work_accounts: 'work accounts or encrypted ones, which must be enrolled again',
  duo_itself: 'accounts of Duo itself, which hold no secret of ours',
} as const

/** The name of what was left out, by which every language has its own words. */
export type SkipCode = keyof typeof skips

/** Every {@link SkipCode}. */
export const skipCodes = Object.keys(skips) as readonly SkipCode[]

/**
 * What a file held, entry by entry (T97).
 *
 * `total` is always the sum of entries, failures and the counts of skipped.
 */
export interface ImportReport {
  readonly format: string
  /** The program that wrote the file, as people call it. */
  readonly app: string
  readonly appVersion?: string
  readonly total: number
  readonly entries: readonly OtpAccount[]
  readonly failures: readonly ImportFailure[]
  readonly skipped: readonly ImportSkip[]
  /** Sentences about single entries, led by their name, and about the whole file. */
  readonly warnings: readonly string[]
  /** Remarks on each entry, in the order of `entries`. */
  readonly entryRemarks: readonly (readonly Remark[])[]
  /** Remarks on the whole file. */
  readonly fileRemarks: readonly Remark[]
}

/** So much of its name tells an entry that cannot be taken apart from others. */
const longestName = 200

/** Collects the entries of one file; a bad entry never stops the others. */
export class ReportBuilder {
  appVersion: string | undefined
  readonly #entries: OtpAccount[] = []
  readonly #failures: ImportFailure[] = []
  readonly #skipped = new Map<SkipCode, number>()
  readonly #entryRemarks: (readonly Remark[])[] = []
  readonly #fileRemarks: Remark[] = []
  readonly #warnings = new Set<string>()
  #total = 0

  /** How many accounts were read so far. */
  get accountCount(): number {
    return this.#entries.length
  }

  /**
   * Takes one entry, or notes why it cannot be taken.
   *
   * @param name - how to call the entry when `read` throws
   */
  add(name: string, read: () => ParsedOtpauth): void {
    const index = this.#count()
    try {
      const { account, warnings } = fitting(read())
      this.#entries.push(account)
      this.#entryRemarks.push(warnings)
      for (const { message } of warnings) this.#warnings.add(`${titleOf(account)}: ${message}`)
    } catch (thrown) {
      this.#fail(index, name, thrown)
    }
  }

  /** Notes an entry that could not even be looked into. */
  refuse(name: string, thrown: unknown): void {
    this.#fail(this.#count(), name, thrown)
  }

  /** Counts an entry that is left out on purpose. */
  skip(code: SkipCode): void {
    this.#count()
    this.#skipped.set(code, (this.#skipped.get(code) ?? 0) + 1)
  }

  /** Says something about the file as a whole. */
  warn(said: Remark): void {
    if (!this.#warnings.has(said.message)) this.#fileRemarks.push(said)
    this.#warnings.add(said.message)
  }

  finish(format: string, app: string): ImportReport {
    return {
      format,
      app,
      ...(this.appVersion === undefined ? {} : { appVersion: this.appVersion }),
      total: this.#total,
      entries: this.#entries,
      failures: this.#failures,
      skipped: [...this.#skipped].map(([code, count]) => ({ code, what: skips[code], count })),
      warnings: [...this.#warnings],
      entryRemarks: this.#entryRemarks,
      fileRemarks: this.#fileRemarks,
    }
  }

  #fail(index: number, name: string, thrown: unknown): void {
    const remark = remarkOf(reasonOf(thrown))
    const shortName = name.slice(0, longestName)
    this.#failures.push({ index, ...(name === '' ? {} : { name: shortName }), reason: remark.message, remark })
  }

  #count(): number {
    if (this.#total >= importLimits.maxEntries) {
      throw new Failure('import_too_many_entries', { detail: { max: importLimits.maxEntries } })
    }
    return this.#total++
  }
}

/** An entry that fits, without its note where that alone is too long: codes matter more than what is said of them. */
function fitting(parsed: ParsedOtpauth): ParsedOtpauth {
  const { account, warnings } = parsed
  if (!isTooLarge(account)) return parsed
  const { note = '', ...rest } = account
  if (note === '' || isTooLarge(rest)) throw new Failure('import_entry_too_large')
  return { account: rest, warnings: [...warnings, remark('import_note_left', { letters: note.length })] }
}

/** Whoever stores the URI may add a name of two hundred letters. */
const roomForName = 2600

/** Whether an account could not be written as a URI that is read again. */
function isTooLarge(account: OtpAccount): boolean {
  // Measured as written: a letter beyond ASCII becomes six to twelve characters.
  return (
    account.secret.length > importLimits.maxSecretBytes || formatOtpauthUri(account).length > longestUri - roomForName
  )
}

/** How to call an account in a sentence. */
export function titleOf(account: Pick<OtpAccount, 'issuer' | 'name'>): string {
  return [account.issuer, account.name].filter((part) => part !== '').join(': ') || 'An account without a name'
}

/** Our own failures explain themselves; anything else means that the entry has not the shape it should have. */
function reasonOf(thrown: unknown): Failure {
  return thrown instanceof Failure ? thrown : new Failure('import_entry_damaged')
}
