import { Failure } from '../../../errors/failure.ts'
import { recommendedSecretBytes } from '../../../otp/account.ts'
import { decodeBase32 } from '../../../otp/base32.ts'
import type { ForeignDatabase } from '../../database/foreign.ts'
import type { SqlRow, Tx } from '../../database/storage.ts'
import type { By } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { takeNumber } from '../../subjects/numbers.ts'
import { callerRealms } from '../../subjects/reserved.ts'
import type { DoorParts } from '../door-parts.ts'
import { importedBefore, type OnRow, rememberImported } from '../imported.ts'
import { oldText } from '../old-text.ts'
import { administrators } from './entries.ts'
import { wrongName, wrongRealm } from './entry-rules.ts'
import { type UngleichotpRules, ungleichotpOrigin } from './settings.ts'

/** What became of the rows; the sum of the parts is `read`. */
export interface UngleichotpReport {
  readonly read: number
  imported: number
  known: number
  refused: number
  /** Accounts of Django's admin site, which are no entries. */
  skipped: number
  readonly notes: readonly string[]
  readonly isWritten: boolean
}

/** A row as the original keeps it. */
export interface OldEntry {
  readonly id: number
  readonly name: string
  readonly realm: string
  readonly seed: string
  readonly username: string
  readonly isActive: boolean
}

const importedKey = 'ungleichotp.imported'
const givenUp = Symbol('dry run')
/** By these columns the table is known, whatever its application was called. */
const marks = ['name', 'realm', 'seed', 'username']

/** Reads the entries of an ungleichotp database. @throws {@link Failure} `ungleichotp_table_missing` */
export async function readOldEntries(database: ForeignDatabase): Promise<OldEntry[]> {
  const [table] = await database.tablesWith(marks)
  if (table === undefined) throw new Failure('ungleichotp_table_missing')
  return (await database.rowsOf(table)).map(entryIn)
}

/** Takes over entries in one transaction; running it again changes nothing. */
export async function importUngleichotp(
  parts: DoorParts,
  rules: UngleichotpRules,
  entries: readonly OldEntry[],
  by: By,
  { isDryRun, onRow = () => {} }: { readonly isDryRun: boolean; readonly onRow?: OnRow },
): Promise<UngleichotpReport> {
  const run = new ImportRun(parts, rules, entries, by, onRow)
  try {
    await parts.core.storage.transaction(async (tx) => {
      await run.write(tx)
      if (isDryRun) throw givenUp
    })
  } catch (error) {
    if (error !== givenUp) throw error
  }
  return run.report(!isDryRun)
}

class ImportRun {
  readonly #parts: DoorParts
  readonly #rules: UngleichotpRules
  readonly #entries: readonly OldEntry[]
  readonly #by: By
  readonly #onRow: OnRow
  readonly #notes: string[] = []
  /** Entries whose seeds are shorter than 128 bits: in a store of 2018 that is every one of them. */
  readonly #short: string[] = []
  readonly #tally: { read: number; imported: number; known: number; refused: number; skipped: number }
  /** Realms of the entries that are here now. */
  readonly #realms = new Set<string>()
  #taken = new Set<string>()

  constructor(parts: DoorParts, rules: UngleichotpRules, entries: readonly OldEntry[], by: By, onRow: OnRow) {
    this.#parts = parts
    this.#rules = rules
    this.#entries = entries
    this.#by = by
    this.#onRow = onRow
    this.#tally = { read: entries.length, imported: 0, known: 0, refused: 0, skipped: 0 }
  }

  report(isWritten: boolean): UngleichotpReport {
    return { ...this.#tally, notes: this.#notes, isWritten }
  }

  async write(tx: Tx): Promise<void> {
    this.#taken = await importedBefore(tx, importedKey)
    for (const [index, entry] of this.#entries.entries()) {
      await this.#writeEntry(tx, entry)
      this.#onRow(index + 1, this.#entries.length)
    }
    if (this.#short.length > 0) this.#notes.push(`Seeds shorter than 128 bits: ${someOf(this.#short)}.`)
    await rememberImported(tx, importedKey, this.#taken, this.#parts.core.services.clock.nowMs())
    this.#notes.push(...this.#rightsNotes((await administrators(tx, this.#rules)).length > 0))
  }

  async #writeEntry(tx: Tx, entry: OldEntry): Promise<void> {
    if (entry.name === '' || entry.realm === '' || entry.seed === '') {
      this.#tally.skipped += 1
      this.#notes.push(`${oldText(entry.username)} is an account of the admin site and no entry; it was left out.`)
      return
    }
    if (this.#taken.has(keyOf(entry))) return this.#know(entry)
    const secret = secretOf(entry.seed)
    if (secret === null) return this.#refuse(entry, 'its seed is not Base32')
    const wrong = this.#wrongIn(entry)
    if (wrong !== null) return this.#refuse(entry, wrong)
    const realm = await this.#realm(tx, entry.realm)
    if (realm.origin !== ungleichotpOrigin) return this.#refuse(entry, 'its realm belongs to another door')
    const present = await this.#parts.subjects.find(realm, entry.name, tx)
    if (present === null) return this.#add(tx, realm, entry, secret)
    if (present.number !== entry.id) return this.#refuse(entry, 'there is another entry of this name')
    this.#know(entry)
  }

  async #add(tx: Tx, realm: RealmEntry, entry: OldEntry, secret: Uint8Array): Promise<void> {
    const { subjects, core } = this.#parts
    const number = await takeNumber(tx, ungleichotpOrigin, entry.id, core.services.clock.nowMs())
    const wish = { name: entry.name, number, isEnabled: entry.isActive }
    const subject = await subjects.add(tx, realm, wish, this.#by)
    await subjects.enrolment.start(tx, realm, subject, { begins: 'active', secret }, this.#by)
    this.#tally.imported += 1
    this.#hold(entry)
    if (number !== entry.id) this.#notes.push(`${nameOf(entry)} has the id ${number} now: ${entry.id} was taken.`)
    if (!entry.isActive) this.#notes.push(`${nameOf(entry)} was not active and is disabled here.`)
    if (secret.length < recommendedSecretBytes) this.#short.push(nameOf(entry))
  }

  #know(entry: OldEntry): void {
    this.#tally.known += 1
    this.#hold(entry)
  }

  #hold(entry: OldEntry): void {
    this.#taken.add(keyOf(entry))
    this.#realms.add(entry.realm)
  }

  #wrongIn({ name, realm }: OldEntry): string | null {
    const inName = wrongName(name, this.#rules)
    if (inName !== null) return `its name is refused (${inName})`
    const inRealm = wrongRealm(realm, this.#rules)
    return inRealm === null ? null : `its realm is refused (${inRealm})`
  }

  #refuse(entry: OldEntry, reason: string): void {
    this.#tally.refused += 1
    this.#notes.push(`${nameOf(entry)} was left out: ${reason}.`)
  }

  async #realm(tx: Tx, name: string): Promise<RealmEntry> {
    const known = await this.#parts.subjects.realmIn(tx, name)
    if (known !== null) return known
    const { digits, periodSeconds, windowSteps } = this.#rules
    const window = { windowBack: windowSteps, windowForward: windowSteps }
    const policy = { digits, periodSeconds, ...window, replay: 'once', readback: 'enrollers' } as const
    return this.#parts.subjects.makeRealm(tx, { name, ...policy, origin: ungleichotpOrigin }, this.#by)
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

const namedAtMost = 5

function someOf(names: readonly string[]): string {
  const others = names.length - namedAtMost
  return names.slice(0, namedAtMost).join(', ') + (others > 0 ? ` and ${others} more` : '')
}

function secretOf(seed: string): Uint8Array | null {
  try {
    return decodeBase32(seed)
  } catch {
    return null
  }
}

// With name and realm: ids of another old database may be the same numbers.
function keyOf({ id, name, realm }: OldEntry): string {
  return JSON.stringify([id, name, realm])
}

function nameOf({ name, realm }: OldEntry): string {
  return oldText(`(${name}, ${realm})`)
}

function entryIn(row: SqlRow): OldEntry {
  const text = (column: string) => (typeof row[column] === 'string' ? row[column].trim() : '')
  const { id, is_active: isActive } = row
  return {
    id: Number(id),
    name: text('name').normalize('NFC'),
    realm: text('realm').normalize('NFC'),
    seed: text('seed'),
    username: text('username'),
    isActive: isActive === undefined || isActive === true || isActive === 1,
  }
}
