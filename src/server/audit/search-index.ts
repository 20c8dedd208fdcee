import { sql } from '../database/sql.ts'
import type { Queryable, Storage, Tx } from '../database/storage.ts'
import type { AuditEvent } from './event.ts'
import { eventIn } from './link.ts'
import { breathe } from './store.ts'

/** So many events are indexed in one transaction: other writers wait no longer than for these. */
const batch = 500
/** How often and how much is indexed without anybody reading: a busy server leaves most for a quiet hour. */
const quietEveryMs = 1000
const quietBudget = 10_000
const busyBudget = 1000

interface Lag {
  readonly chain: string
  readonly indexed: number
  readonly sequence: number
}

/**
 * Fills the search columns behind the hot transactions: the events themselves are what is durable, their
 * search columns can always be made again from them.
 */
export class SearchIndex {
  readonly #storage: Storage
  /** How far each chain is known to be indexed, so that a quiet chain costs nothing. */
  readonly #indexed = new Map<string, number>()
  #running: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #lastLag = 0

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Indexes everything recorded before the call. */
  async catchUp(): Promise<void> {
    // What is under way may have begun before the newest event: it is waited for and does not count.
    await this.#running?.catch(() => {})
    await (this.#running ?? this.#run(Number.POSITIVE_INFINITY))
  }

  /**
   * Compares the search columns of a chain with the events they were made from, and makes those anew that differ.
   *
   * @param after - the last event that was pruned
   * @returns how many differed
   */
  async mend(chain: string, after: number): Promise<number> {
    await this.catchUp()
    const last = this.#indexed.get(chain) ?? 0
    let mended = 0
    for (let from = after; from < last; from += batch) {
      mended += await mendRange(this.#storage, { chain, from, to: Math.min(from + batch, last) })
      await breathe()
    }
    return mended
  }

  /** Begins to index in the background. */
  start(): void {
    this.#timer = setTimeout(() => void this.#tick(), quietEveryMs)
    this.#timer.unref()
  }

  /** Stops, after what is under way. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#running?.catch(() => {})
  }

  async #tick(): Promise<void> {
    try {
      if (this.#running === null) await this.#run(await this.#budget())
    } catch {
      // Search columns can wait: the next round, or the next reader, makes them.
    }
    if (this.#timer !== null) this.start()
  }

  async #budget(): Promise<number> {
    const lag = (await this.#lags()).reduce((sum, { indexed, sequence }) => sum + sequence - indexed, 0)
    const isBusy = lag - this.#lastLag > busyBudget
    this.#lastLag = lag
    return isBusy ? busyBudget : quietBudget
  }

  #run(budget: number): Promise<void> {
    this.#running = this.#index(budget).finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #index(budget: number): Promise<void> {
    let left = budget
    for (const { chain, indexed, sequence } of await this.#lags()) {
      const upTo = Math.min(sequence, indexed + left)
      await this.#indexChain({ chain, indexed, sequence: upTo })
      left -= upTo - indexed
    }
  }

  async #lags(): Promise<Lag[]> {
    const heads = await this.#storage.db
      .selectFrom('audit_chain')
      .select(['id', 'sequence', 'pruned_sequence'])
      .execute()
    const lags: Lag[] = []
    for (const { id, sequence, pruned_sequence } of heads) {
      const indexed = Math.max(pruned_sequence, this.#indexed.get(id) ?? (await this.#lastIndexed(id)))
      this.#indexed.set(id, indexed)
      if (indexed < sequence) lags.push({ chain: id, indexed, sequence })
    }
    return lags
  }

  async #lastIndexed(chain: string): Promise<number> {
    const row = await this.#storage.db
      .selectFrom('audit_index')
      .select('sequence')
      .where('chain_id', '=', chain)
      .orderBy('sequence', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.sequence ?? 0
  }

  async #indexChain({ chain, indexed, sequence }: Lag): Promise<void> {
    for (let from = indexed; from < sequence; from += batch) {
      const to = Math.min(from + batch, sequence)
      await this.#indexRange(chain, from, to)
      this.#indexed.set(chain, to)
      await breathe()
    }
  }

  // One event that the database cannot take apart must not hide all that come after it.
  async #indexRange(chain: string, from: number, to: number): Promise<void> {
    try {
      await this.#storage.transaction((tx) => this.#insertRange(chain, from, to).execute(tx))
    } catch {
      const events = await readBodies(this.#storage.db, { chain, from, to })
      await this.#storage.transaction((tx) => insertColumns(tx, chain, events))
    }
  }

  #insertRange(chain: string, from: number, to: number) {
    const field = (name: string) =>
      this.#storage.engine === 'sqlite' ? sql`json_extract(body, ${`$.${name}`})` : sql`body::json->>${sql.lit(name)}`
    return sql`
      insert into audit_index
        (chain_id, sequence, at_ms, action, actor_id, object_kind, object_id, realm_id, outcome)
      select chain_id, sequence, at_ms, ${field('action')}, ${field('actorId')}, ${field('objectKind')},
        ${field('objectId')}, ${field('realmId')}, ${field('outcome')}
      from audit_event
      where chain_id = ${chain} and sequence > ${from} and sequence <= ${to}
      on conflict do nothing`
  }
}

interface Range {
  readonly chain: string
  readonly from: number
  readonly to: number
}

async function mendRange(storage: Storage, range: Range): Promise<number> {
  // Columns first: what is pruned meanwhile is then missing among the events, and nobody misses its columns.
  const columns = new Map((await readColumns(storage.db, range)).map((row) => [row.sequence, row]))
  const wrong = (await readBodies(storage.db, range)).filter((event) => !isAsItShouldBe(event, columns))
  if (wrong.length === 0) return 0
  const sequences = wrong.map(({ sequence }) => sequence)
  await storage.transaction(async (tx) => {
    await tx.deleteFrom('audit_index').where('chain_id', '=', range.chain).where('sequence', 'in', sequences).execute()
    await insertColumns(tx, range.chain, wrong)
  })
  return wrong.length
}

function isAsItShouldBe({ sequence, ...event }: StoredBody, columns: ReadonlyMap<number, object>): boolean {
  const found = columns.get(sequence)
  const should = { at_ms: event.at_ms, ...searchColumns(event.body) }
  return found !== undefined && Object.entries(should).every(([name, value]) => Reflect.get(found, name) === value)
}

function readColumns(db: Queryable, { chain, from, to }: Range) {
  return db
    .selectFrom('audit_index')
    .selectAll()
    .where('chain_id', '=', chain)
    .where('sequence', '>', from)
    .where('sequence', '<=', to)
    .execute()
}

type StoredBody = Readonly<Record<'sequence' | 'at_ms', number>> & { readonly body: string }

function readBodies(db: Queryable, { chain, from, to }: Range): Promise<StoredBody[]> {
  return db
    .selectFrom('audit_event')
    .select(['sequence', 'at_ms', 'body'])
    .where('chain_id', '=', chain)
    .where('sequence', '>', from)
    .where('sequence', '<=', to)
    .execute()
}

async function insertColumns(tx: Tx, chain: string, events: readonly StoredBody[]): Promise<void> {
  for (const { sequence, at_ms, body } of events) {
    await tx
      .insertInto('audit_index')
      .values({ chain_id: chain, sequence, at_ms, ...searchColumns(body) })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

function searchColumns(body: string) {
  const { action, actorId, objectKind, objectId, realmId, outcome } = partsOf(body)
  return {
    action: readable(action),
    actor_id: readable(actorId),
    object_kind: readable(objectKind),
    object_id: readable(objectId),
    realm_id: realmId === undefined ? null : readable(realmId),
    outcome: readable(outcome),
  }
}

// A text that is no event any more is listed all the same: what became of it is for the chain to say.
function partsOf(body: string): Partial<AuditEvent> {
  try {
    return eventIn(body)
  } catch {
    return {}
  }
}

function readable(text: unknown): string {
  return typeof text === 'string' ? text.toWellFormed().replaceAll('\0', '\uFFFD') : ''
}
