import { sql } from '../database/sql.ts'
import type { Storage } from '../database/storage.ts'
import { breathe } from './store.ts'

/** So many events are indexed in one transaction: other writers wait no longer than for these. */
const batch = 1000

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

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Indexes everything recorded before the call. */
  async catchUp(): Promise<void> {
    await this.#running
    this.#running ??= this.#indexAll().finally(() => {
      this.#running = null
    })
    await this.#running
  }

  /** How many events are not indexed yet. */
  async lag(): Promise<number> {
    return (await this.#lags()).reduce((sum, { indexed, sequence }) => sum + sequence - indexed, 0)
  }

  async #indexAll(): Promise<void> {
    for (const lag of await this.#lags()) await this.#indexChain(lag)
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
      await this.#storage.transaction((tx) => this.#insertRange(chain, from, to).execute(tx))
      this.#indexed.set(chain, to)
      await breathe()
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
