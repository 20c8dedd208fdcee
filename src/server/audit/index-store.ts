import { sql } from '../database/sql.ts'
import type { Engine, Queryable, Tx } from '../database/storage.ts'

/** Some events of one chain: those above the first sequence, up to the second. */
export interface ChainRange {
  readonly chain: string
  readonly above: number
  readonly upTo: number
}

/** The columns an event is found by, as the index holds them. */
export interface SearchColumns {
  readonly at_ms: number
  readonly action: string
  readonly actor_id: string
  readonly object_kind: string
  readonly object_id: string
  readonly realm_id: string | null
  readonly outcome: string
}

/** An event as its chain holds it. */
export type StoredBody = Readonly<Record<'sequence' | 'at_ms', number>> & { readonly body: string }

/** Lets the database make the columns of a range from its events; it fails where it cannot take one apart. */
export async function indexInside(tx: Tx, engine: Engine, { chain, above, upTo }: ChainRange): Promise<void> {
  const field = (name: string) =>
    engine === 'sqlite' ? sql`json_extract(body, ${`$.${name}`})` : sql`body::json->>${sql.lit(name)}`
  await sql`
    insert into audit_index
      (chain_id, sequence, at_ms, action, actor_id, object_kind, object_id, realm_id, outcome)
    select chain_id, sequence, at_ms, ${field('action')}, ${field('actorId')}, ${field('objectKind')},
      ${field('objectId')}, ${field('realmId')}, ${field('outcome')}
    from audit_event
    where chain_id = ${chain} and sequence > ${above} and sequence <= ${upTo}
    on conflict do nothing`.execute(tx)
}

/** The search columns of a range. */
export function readColumns(
  db: Queryable,
  { chain, above, upTo }: ChainRange,
): Promise<(SearchColumns & { readonly sequence: number })[]> {
  return db
    .selectFrom('audit_index')
    .selectAll()
    .where('chain_id', '=', chain)
    .where('sequence', '>', above)
    .where('sequence', '<=', upTo)
    .execute()
}

/** The events of a range. */
export function readBodies(db: Queryable, { chain, above, upTo }: ChainRange): Promise<StoredBody[]> {
  return db
    .selectFrom('audit_event')
    .select(['sequence', 'at_ms', 'body'])
    .where('chain_id', '=', chain)
    .where('sequence', '>', above)
    .where('sequence', '<=', upTo)
    .execute()
}

/** Keeps the columns of an event, unless it has some. */
export async function insertColumns(tx: Tx, chain: string, sequence: number, columns: SearchColumns): Promise<void> {
  await tx
    .insertInto('audit_index')
    .values({ chain_id: chain, sequence, ...columns })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Removes the columns of some events. */
export async function deleteColumns(tx: Tx, chain: string, sequences: readonly number[]): Promise<void> {
  await tx.deleteFrom('audit_index').where('chain_id', '=', chain).where('sequence', 'in', sequences).execute()
}
