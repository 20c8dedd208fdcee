import { Failure } from '../../../errors/failure.ts'
import type { ForeignDatabase } from '../../database/foreign.ts'
import type { Queryable, SqlRow, Tx } from '../../database/storage.ts'
import type { By } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { highestNumber, holdNumbers, writeNumbers } from '../../subjects/numbers.ts'
import { numbersInUse } from '../../subjects/store.ts'
import { callerRealms } from '../../subjects/reserved.ts'
import type { DoorParts } from '../door-parts.ts'
import { Imported, ImportTurns, type OnRow } from '../imported.ts'
import { administrators } from './entries.ts'
import { type EntryFate, entryFates, entryKey, entryName, isNumber, type OldEntry } from './entry-fates.ts'
import { EntryTally, type UngleichotpReport } from './import-report.ts'
import { type UngleichotpRules, ungleichotpOrigin } from './settings.ts'
import { numbersByName, originsByName } from './store.ts'

/** By these columns the table is known, whatever its application was called. */
const marks = ['name', 'realm', 'seed', 'username']

/** The entries of an ungleichotp database. */
export interface OldEntries {
  readonly count: number
  /** In the order of their ids, some at a time. */
  pages(): AsyncIterable<readonly OldEntry[]>
}

/**
 * Looks into an ungleichotp database, which stays open behind the answer.
 *
 * @throws {@link Failure} `ungleichotp_table_missing`
 */
export async function readOldEntries(database: ForeignDatabase): Promise<OldEntries> {
  const [table] = await database.tablesWith(marks)
  if (table === undefined) throw new Failure('ungleichotp_table_missing')
  async function* pages() {
    for await (const rows of database.pagesOf(table ?? '', ['id'])) yield rows.map(entryIn)
  }
  return { count: await database.countOf(table), pages }
}

/**
 * Takes over entries, some hundred in each transaction; running it again adds what is missing and changes nothing else,
 * so that an import that was cut short is gone on with.
 */
export async function importUngleichotp(
  parts: DoorParts,
  rules: UngleichotpRules,
  entries: OldEntries,
  by: By,
  { isDryRun, onRow = () => {} }: { readonly isDryRun: boolean; readonly onRow?: OnRow },
): Promise<UngleichotpReport> {
  const run = new ImportRun(parts, rules, by, isDryRun)
  for await (const page of entries.pages()) onRow(await run.takeOver(page), entries.count)
  return run.report()
}

class ImportRun {
  readonly #parts: DoorParts
  readonly #rules: UngleichotpRules
  readonly #by: By
  readonly #turns: ImportTurns
  readonly #imported = new Imported('ungleichotp')
  readonly #tally = new EntryTally()
  /** In a dry run what would be here by now, by name; rows of the same name may lie anywhere. */
  readonly #planned = new Map<string, number>()
  readonly #plannedNumbers = new Set<number>()
  #plannedHighest = 0
  #plannedAdministrator = false

  constructor(parts: DoorParts, rules: UngleichotpRules, by: By, isDryRun: boolean) {
    this.#parts = parts
    this.#rules = rules
    this.#by = by
    this.#turns = new ImportTurns(parts.core.storage, isDryRun)
  }

  /** Answers how many rows were looked at. */
  async takeOver(page: readonly OldEntry[]): Promise<number> {
    const fates = await this.#turns.take(
      (db) => this.#fates(db, page),
      (tx, decided) => this.#write(tx, decided),
      async (tx) => void (await holdNumbers(tx, ungleichotpOrigin, this.#parts.core.services.clock.nowMs())),
    )
    for (const fate of fates) this.#tally.count(fate)
    if (this.#turns.isDryRun) this.#plan(fates)
    return this.#tally.read
  }

  async report(): Promise<UngleichotpReport> {
    const present = await administrators(this.#parts.core.storage.db, this.#rules)
    return this.#tally.report(!this.#turns.isDryRun, this.#plannedAdministrator || present.length > 0)
  }

  async #fates(db: Queryable, page: readonly OldEntry[]): Promise<EntryFate[]> {
    const present = await numbersByName(db, page)
    const ids = page.map(({ id }) => id).filter(isNumber)
    const inUse = await numbersInUse(db, ungleichotpOrigin, ids)
    return entryFates(page, this.#rules, {
      imported: await this.#imported.among(db, page.map(entryKey)),
      realms: await originsByName(
        db,
        page.map(({ realm }) => realm),
      ),
      numberOf: (name) => present.get(name) ?? this.#planned.get(name),
      isNumberTaken: (number) => inUse.has(number) || this.#plannedNumbers.has(number),
      highest: Math.max(await highestNumber(db, ungleichotpOrigin), this.#plannedHighest),
    })
  }

  async #write(tx: Tx, fates: readonly EntryFate[]): Promise<void> {
    const { core, subjects } = this.#parts
    const added = fates.filter((fate) => fate.kind === 'new')
    for (const [name, some] of Map.groupBy(added, ({ entry }) => entry.realm)) {
      const newcomers = some.map(({ entry, number, secret }) => ({
        subject: { name: entry.name, number, isEnabled: entry.isActive },
        start: { begins: 'active', secret } as const,
      }))
      await subjects.addMany(tx, await this.#realm(tx, name), newcomers, this.#by)
    }
    // Also the highest of all is written: it stays given when its subject goes.
    await writeNumbers(tx, ungleichotpOrigin, await highestNumber(tx, ungleichotpOrigin))
    const here = fates.filter(({ kind }) => kind === 'new' || kind === 'known').map(({ entry }) => entryKey(entry))
    await this.#imported.remember(tx, core.storage.engine, here, core.services.clock.nowMs())
  }

  #plan(fates: readonly EntryFate[]): void {
    for (const fate of fates) {
      if (fate.kind !== 'new') continue
      this.#planned.set(entryName(fate.entry), fate.number)
      this.#plannedHighest = Math.max(this.#plannedHighest, fate.number)
      if (fate.number !== fate.entry.id) this.#plannedNumbers.add(fate.number)
      if (fate.entry.realm === callerRealms.admin && fate.entry.isActive) this.#plannedAdministrator = true
    }
  }

  async #realm(tx: Tx, name: string): Promise<RealmEntry> {
    const known = await this.#parts.subjects.realmIn(tx, name)
    if (known !== null) return known
    const { digits, periodSeconds, windowSteps } = this.#rules
    const window = { windowBack: windowSteps, windowForward: windowSteps }
    const policy = { digits, periodSeconds, ...window, replay: 'once', readback: 'enrollers' } as const
    return this.#parts.subjects.makeRealm(tx, { name, ...policy, origin: ungleichotpOrigin }, this.#by)
  }
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
