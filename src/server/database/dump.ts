import { sql } from './sql.ts'
import type { Queryable, Storage, Tx } from './storage.ts'
import type { Tables } from './tables.ts'

/** Every table that a copy takes along, each after those it refers to. */
const copied = [
  'data_key',
  'key_canary',
  'setting',
  'audit_chain',
  'audit_event',
  'audit_checkpoint',
  'realm',
  'subject',
  'subject_state',
  'subject_source',
  'enrolment_link',
  'import_job',
  'person',
  'group',
  'person_group',
  'passkey',
  'login_source',
  'recovery_code',
  'access_token',
  'account',
  'account_grant',
  'account_custody',
  'account_lease',
  'favourite',
  'webhook',
  'outbox',
] as const satisfies readonly (keyof Tables)[]

/** Logins under way: moved with a migration, never brought back by a backup. */
const fleeting = ['session', 'device_grant', 'one_time'] as const satisfies readonly (keyof Tables)[]

/** Made again by whoever reads: the search index, the change feed, verdicts of the last minute. */
export const notCopied = ['audit_index', 'change', 'verdict_memo'] as const satisfies readonly (keyof Tables)[]

export type CopiedTable = (typeof copied)[number] | (typeof fleeting)[number]

/** Some rows of one table, as the engine answers them. */
export interface Rows {
  readonly table: CopiedTable
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

const rowsAtOnce = 1000

/** The tables of a copy, in the order they are written in. */
function copiedTables(includesLogins: boolean): readonly CopiedTable[] {
  return includesLogins ? [...copied, ...fleeting] : copied
}

/**
 * Reads whole tables in pages, all as they were at one moment, while others write.
 *
 * @param visit - is awaited for every page
 */
export async function dump(
  storage: Storage,
  includesLogins: boolean,
  visit: (rows: Rows) => Promise<void>,
): Promise<void> {
  await storage.snapshot(async (db) => {
    for (const table of copiedTables(includesLogins)) await dumpTable(db, table, visit)
  })
}

// Pages by primary key: an offset would read everything before it again.
async function dumpTable(db: Queryable, table: CopiedTable, visit: (rows: Rows) => Promise<void>): Promise<void> {
  const order = keyColumns[table].map((column) => sql.ref(column))
  let after: readonly unknown[] | null = null
  for (;;) {
    const isLater: ReturnType<typeof sql> =
      after === null ? sql`1 = 1` : sql`(${sql.join(order)}) > (${sql.join(after)})`
    const { rows } = await sql<
      Record<string, unknown>
    >`select * from ${sql.table(table)} where ${isLater} order by ${sql.join(order)} limit ${sql.lit(rowsAtOnce)}`.execute(
      db,
    )
    if (rows.length > 0) await visit({ table, rows })
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsAtOnce) return
    after = keyColumns[table].map((column) => last[column])
  }
}

/** What orders each table: its primary key. */
const keyColumns: Readonly<Record<CopiedTable, readonly string[]>> = {
  data_key: ['id'],
  key_canary: ['id'],
  setting: ['key'],
  audit_chain: ['id'],
  audit_event: ['chain_id', 'sequence'],
  audit_checkpoint: ['id'],
  realm: ['id'],
  subject: ['id'],
  subject_state: ['subject_id'],
  subject_source: ['subject_id', 'source_hash'],
  enrolment_link: ['id'],
  import_job: ['id'],
  person: ['id'],
  group: ['id'],
  person_group: ['person_id', 'group_id', 'source'],
  passkey: ['id'],
  login_source: ['person_id', 'source_hash'],
  recovery_code: ['person_id', 'code_hash'],
  access_token: ['id'],
  account: ['id'],
  account_grant: ['id'],
  account_custody: ['id'],
  account_lease: ['account_id', 'step'],
  favourite: ['person_id', 'account_id'],
  webhook: ['id'],
  outbox: ['id'],
  session: ['id'],
  device_grant: ['id'],
  one_time: ['token_hash'],
}

/** Writes rows of a copy into an empty database, in the caller's transaction. */
export async function load(tx: Tx, { table, rows }: Rows): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`)
  // PostgreSQL takes 65,535 parameters in a statement at most.
  const atOnce = Math.max(1, Math.floor(30_000 / Math.max(1, columns.length)))
  for (let first = 0; first < values.length; first += atOnce) {
    await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))}) values ${sql.join(values.slice(first, first + atOnce))}`.execute(
      tx,
    )
  }
}

/** Empties a PostgreSQL database that a copy was begun in, in the caller's transaction. */
export async function clear(tx: Tx): Promise<void> {
  const tables = [...copiedTables(true), ...notCopied].map((table) => sql.table(table))
  await sql`truncate table ${sql.join(tables)}`.execute(tx)
}

/** How many rows of a whole copy a database holds. */
export async function countRows(db: Queryable): Promise<number> {
  let rows = 0
  for (const table of copiedTables(true)) {
    const { count } = await db
      .selectFrom(table)
      .select(sql<number>`count(*)`.as('count'))
      .executeTakeFirstOrThrow()
    rows += Number(count)
  }
  return rows
}

/** Whether a database holds nothing of ours yet but empty tables: keys alone are a store that was begun. */
export async function isFresh(db: Queryable): Promise<boolean> {
  const counts = await Promise.all(
    (['key_canary', 'data_key', 'audit_event', 'person', 'realm', 'account'] as const).map((table) =>
      db
        .selectFrom(table)
        .select(sql<number>`1`.as('one'))
        .limit(1)
        .executeTakeFirst(),
    ),
  )
  return counts.every((row) => row === undefined)
}
