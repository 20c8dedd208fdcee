import { setTimeout as pause } from 'node:timers/promises'
import type { Storage, Tx } from '../database/storage.ts'
import type { AuditEvent } from './event.ts'
import {
  type ChainRange,
  deleteColumns,
  indexInside,
  insertColumns,
  readBodies,
  readColumns,
  type SearchColumns,
  type StoredBody,
} from './index-store.ts'
import { eventIn } from './link.ts'
import { breathe, lastSequence, listExtents } from './store.ts'

/** So many events are indexed in one transaction: other writers wait no longer than for these. */
const batch = 200
/** How often and how much is indexed without anybody reading: a busy server leaves most for a quiet hour. */
const quietEveryMs = 1000
const quietBudget = 10_000
const busyBudget = 1000
/** Events recorded since the last round from which on a server is busy. */
const busyFrom = 1000

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
  /** Readers that wait for the columns. */
  #waiting = 0
  /** Events recorded by the last round, in all chains. */
  #recorded = 0

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Indexes everything recorded before the call. */
  async catchUp(): Promise<void> {
    this.#waiting += 1
    try {
      // What is under way may have begun before the newest event: it is waited for and does not count.
      await this.#running?.catch(() => {})
      await (this.#running ?? this.#run(Number.POSITIVE_INFINITY))
    } finally {
      this.#waiting -= 1
    }
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
    for (let above = after; above < last; above += batch) {
      mended += await mendRange(this.#storage, { chain, above, upTo: Math.min(above + batch, last) })
      await breathe()
    }
    return mended
  }

  /** Begins to index in the background. */
  start(): void {
    this.#timer = setTimeout(() => void this.#tick(), quietEveryMs)
    this.#timer.unref()
  }

  /** Stops, after the transaction under way or what a reader waits for. */
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
    const extents = await listExtents(this.#storage.db)
    const recorded = extents.reduce((sum, { sequence }) => sum + sequence, 0)
    const isBusy = recorded - this.#recorded > busyFrom
    this.#recorded = recorded
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
    const { db } = this.#storage
    const lags: Lag[] = []
    for (const { chain, sequence, prunedSequence } of await listExtents(db)) {
      const indexed = Math.max(
        prunedSequence,
        this.#indexed.get(chain) ?? (await lastSequence(db, chain, 'audit_index')),
      )
      this.#indexed.set(chain, indexed)
      if (indexed < sequence) lags.push({ chain, indexed, sequence })
    }
    return lags
  }

  async #indexChain({ chain, indexed, sequence }: Lag): Promise<void> {
    for (let above = indexed; above < sequence; above += batch) {
      const upTo = Math.min(above + batch, sequence)
      const startedAt = performance.now()
      await indexRange(this.#storage, { chain, above, upTo })
      this.#indexed.set(chain, upTo)
      if (this.#waiting > 0) await breathe()
      // Nobody waits: others get as much time as this took, and a stop needs no more.
      else if (this.#timer === null) return
      else await pause(performance.now() - startedAt)
    }
  }
}

// One event that the database cannot take apart must not hide all that come after it.
async function indexRange(storage: Storage, range: ChainRange): Promise<void> {
  try {
    await storage.transaction((tx) => indexInside(tx, storage.engine, range))
  } catch {
    const events = await readBodies(storage.db, range)
    await storage.transaction((tx) => indexEach(tx, range.chain, events))
  }
}

async function indexEach(tx: Tx, chain: string, events: readonly StoredBody[]): Promise<void> {
  for (const event of events) await insertColumns(tx, chain, event.sequence, searchColumns(event))
}

async function mendRange(storage: Storage, range: ChainRange): Promise<number> {
  // Columns first: what is pruned meanwhile is then missing among the events, and nobody misses its columns.
  const columns = new Map((await readColumns(storage.db, range)).map((row) => [row.sequence, row]))
  const wrong = (await readBodies(storage.db, range)).filter(
    (event) => !isAsItShouldBe(columns.get(event.sequence), searchColumns(event)),
  )
  if (wrong.length === 0) return 0
  const sequences = wrong.map(({ sequence }) => sequence)
  await storage.transaction(async (tx) => {
    await deleteColumns(tx, range.chain, sequences)
    await indexEach(tx, range.chain, wrong)
  })
  return wrong.length
}

function isAsItShouldBe(found: SearchColumns | undefined, should: SearchColumns): boolean {
  return found !== undefined && Object.entries(should).every(([name, value]) => Reflect.get(found, name) === value)
}

function searchColumns({ at_ms, body }: StoredBody): SearchColumns {
  const { action, actorId, objectKind, objectId, realmId, outcome } = partsOf(body)
  return {
    at_ms,
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
