import type { Change, ChangeFeed } from '../database/storage.ts'

export interface FreshCacheOptions<Entry> {
  readonly changes: ChangeFeed
  /** Kind of change that ends one entry; its object id is the key. */
  readonly kind: string
  /** Kinds of change that end every entry. */
  readonly clearedBy?: readonly string[]
  readonly load: (key: string) => Promise<Entry | null>
  readonly maxEntries: number
}

/**
 * Rows kept in memory while the change feed vouches for them.
 *
 * `get` answers at once from memory and as a promise from the database. What does not exist is never kept,
 * so that strangers cannot fill the memory; while the feed is unconfirmed every answer comes from the database.
 */
export class FreshCache<Entry> {
  readonly #entries = new Map<string, Entry>()
  readonly #options: FreshCacheOptions<Entry>
  readonly #unlisten: () => void
  // Counts what was forgotten: a row read before a change must not be kept after it.
  #generation = 0

  constructor(options: FreshCacheOptions<Entry>) {
    this.#options = options
    const stopListening = options.changes.listen((change) => this.#hear(change))
    const stopResetting = options.changes.onReset(() => this.clear())
    this.#unlisten = () => {
      stopListening()
      stopResetting()
    }
  }

  get size(): number {
    return this.#entries.size
  }

  /** Whether memory has an entry, however old. */
  holds(key: string): boolean {
    return this.#entries.has(key)
  }

  get(key: string): Entry | null | Promise<Entry | null> {
    const entry = this.#entries.get(key)
    return entry !== undefined && this.#options.changes.isConfirmed() ? entry : this.read(key)
  }

  /** From the database, whatever the memory says. */
  async read(key: string): Promise<Entry | null> {
    const generation = this.#generation
    const entry = await this.#options.load(key)
    if (entry === null) this.#entries.delete(key)
    else if (generation === this.#generation) this.#keep(key, entry)
    return entry
  }

  forget(key: string): void {
    this.#generation += 1
    this.#entries.delete(key)
  }

  clear(): void {
    this.#generation += 1
    this.#entries.clear()
  }

  /** Drops the entries a rule names, for what has ended by time alone. */
  drop(isOver: (entry: Entry) => boolean): void {
    for (const [key, entry] of this.#entries) if (isOver(entry)) this.#entries.delete(key)
  }

  stop(): void {
    this.#unlisten()
    this.clear()
  }

  #hear(change: Change): void {
    if (change.kind === this.#options.kind) this.forget(change.objectId)
    else if (this.#options.clearedBy?.includes(change.kind) === true) this.clear()
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
    if (this.#entries.size <= this.#options.maxEntries) return
    const oldest = this.#entries.keys().next()
    if (oldest.done !== true) this.#entries.delete(oldest.value)
  }
}
