import type { HotTx, SqlRow } from '../database/storage.ts'
import type { SubjectState } from './decide.ts'
import type { SourceState } from './lockout.ts'
import { stateColumns, stateOf, stateValues } from './state-row.ts'

/** A subject and one of its sources; `sourceHash` is hex. */
export interface SourceKey {
  readonly subjectId: string
  readonly sourceHash: string
}

export interface StateChange {
  readonly subjectId: string
  readonly state: SubjectState
}

export interface SourceChange extends SourceKey {
  readonly source: SourceState
}

/** A pending secret that became the active one, sealed for its new column. */
export interface Promotion {
  readonly subjectId: string
  readonly sealedSecret: Uint8Array
  readonly atMs: number
}

/** The recorded verdict of an Idempotency-Key. */
export interface Memo {
  /** Hex. */
  readonly keyHash: string
  readonly subjectId: string
  /** Hex. */
  readonly bodyHash: string
  readonly verdict: string
  readonly atMs: number
}

/**
 * Locks and reads the states of subjects.
 *
 * Rows that another server holds are skipped on PostgreSQL, as are rows that are gone; on SQLite the transaction
 * itself is the lock.
 */
export async function lockStates(tx: HotTx, subjectIds: readonly string[]): Promise<Map<string, SubjectState>> {
  const rows =
    tx.engine === 'sqlite'
      ? await tx.all(sqliteStates, [JSON.stringify(subjectIds)])
      : await tx.all(postgresStates, [subjectIds])
  return new Map(rows.map((row) => [String(row['subject_id']), stateOf(row)]))
}

const columnList = [...stateColumns, 'main_source_hash'].map((column) => `s.${column}`).join(', ')
const sqliteStates = `select s.subject_id, ${columnList} from json_each(?) v
  cross join subject_state s on s.subject_id = v.value`
const postgresStates = `select s.subject_id, ${columnList} from subject_state s
  where s.subject_id = any($1::text[]) order by s.subject_id for update skip locked`

/** Reads those of the further sources that some code was accepted from, keyed by subject id and hash. */
export async function readSources(tx: HotTx, keys: readonly SourceKey[]): Promise<Map<string, SourceState>> {
  const asked = JSON.stringify(keys.map(({ subjectId, sourceHash }) => [subjectId, sourceHash]))
  const rows = await tx.all(tx.engine === 'sqlite' ? sqliteSources : postgresSources, [asked])
  return new Map(rows.map((row) => [`${String(row['subject_id'])} ${String(row['hash'])}`, sourceOf(row)]))
}

const sourceColumns = 's.subject_id, s.accepted_at_ms, s.window_started_at_ms, s.failures'
const sqliteSources = `select ${sourceColumns}, v.value->>1 as hash from json_each(?) v
  cross join subject_source s on s.subject_id = v.value->>0 and s.source_hash = unhex(v.value->>1)`
const postgresSources = `select ${sourceColumns}, v.value->>1 as hash from json_array_elements($1::json) v
  join subject_source s on s.subject_id = v.value->>0 and s.source_hash = decode(v.value->>1, 'hex')`

/** Writes states. An id that no subject has changes nothing, and costs a statement all the same (T40). */
export async function writeStates(tx: HotTx, changes: readonly StateChange[]): Promise<void> {
  if (tx.engine === 'sqlite') {
    const rows = changes.map(({ subjectId, state }) => [
      ...stateValues(state),
      state.mainSource?.hash ?? null,
      subjectId,
    ])
    await tx.runEach(sqliteStateUpdate, rows)
    return
  }
  const rows = changes.map(({ subjectId, state }) => [subjectId, state.mainSource?.hash ?? null, ...stateValues(state)])
  await tx.run(postgresStateUpdate, [JSON.stringify(rows)])
}

const sqliteStateUpdate = `update subject_state set ${stateColumns.map((column) => `${column} = ?`).join(', ')},
  main_source_hash = ? where subject_id = ?`
const postgresStateUpdate = `update subject_state s set
  ${stateColumns.map((column, index) => `${column} = (v.value->>${index + 2})::bigint`).join(', ')},
  main_source_hash = v.value->>1
  from json_array_elements($1::json) v where s.subject_id = v.value->>0`

/** Counts failures at further known sources; a source that is not known changes nothing. */
export async function writeSourceFailures(tx: HotTx, changes: readonly SourceChange[]): Promise<void> {
  if (tx.engine === 'sqlite') {
    const rows = changes.map(({ subjectId, sourceHash, source }) => {
      return [source.windowStartedAtMs, source.failures, subjectId, sourceHash]
    })
    await tx.runEach(sqliteSourceUpdate, rows)
    return
  }
  await tx.run(postgresSourceUpdate, [JSON.stringify(changes.map(sourceValues))])
}

const sqliteSourceUpdate = `update subject_source set window_started_at_ms = ?, failures = ?
  where subject_id = ? and source_hash = unhex(?)`
const postgresSourceUpdate = `update subject_source s set
  window_started_at_ms = (v.value->>3)::bigint, failures = (v.value->>4)::bigint
  from json_array_elements($1::json) v where s.subject_id = v.value->>0 and s.source_hash = decode(v.value->>1, 'hex')`

/** Makes further sources known, or refreshes them. */
export async function acceptSources(tx: HotTx, changes: readonly SourceChange[]): Promise<void> {
  if (tx.engine === 'sqlite') {
    await tx.runEach(sqliteSourceUpsert, changes.map(sourceValues))
    return
  }
  await tx.run(postgresSourceUpsert, [JSON.stringify(changes.map(sourceValues))])
}

const keepSource = `on conflict (subject_id, source_hash) do update set accepted_at_ms = excluded.accepted_at_ms,
  window_started_at_ms = excluded.window_started_at_ms, failures = excluded.failures`
const sourceInsert =
  'insert into subject_source (subject_id, source_hash, accepted_at_ms, window_started_at_ms, failures)'
const sqliteSourceUpsert = `${sourceInsert} values (?, unhex(?), ?, ?, ?) ${keepSource}`
const postgresSourceUpsert = `${sourceInsert}
  select v.value->>0, decode(v.value->>1, 'hex'), (v.value->>2)::bigint, (v.value->>3)::bigint, (v.value->>4)::bigint
  from json_array_elements($1::json) v ${keepSource}`

/** Puts a confirmed pending secret in the place of the active one. It follows the realm's digits and period. */
export async function promote(tx: HotTx, { subjectId, sealedSecret, atMs }: Promotion): Promise<void> {
  await tx.run(tx.engine === 'sqlite' ? sqlitePromotion : postgresPromotion, [sealedSecret, atMs, atMs, subjectId])
}

const promotion = ([sealed, enrolled, updated, subjectId]: readonly string[]) => `update subject set
  sealed_secret = ${sealed}, pending_secret = null, pending_until_ms = null, pending_by = null, algorithm = null,
  digits = null, period_seconds = null, enrolled_at_ms = ${enrolled}, updated_at_ms = ${updated} where id = ${subjectId}`
const sqlitePromotion = promotion(['?', '?', '?', '?'])
const postgresPromotion = promotion(['$1', '$2', '$3', '$4'])

/** Verdicts recorded under these keys since `sinceMs`, by the hex of the key's hash. */
export async function readMemos(tx: HotTx, keyHashes: readonly string[], sinceMs: number): Promise<Map<string, Memo>> {
  const asked = JSON.stringify(keyHashes)
  const rows = await tx.all(tx.engine === 'sqlite' ? sqliteMemos : postgresMemos, [asked, sinceMs])
  return new Map(rows.map((row) => [String(row['key_hash']), memoOf(row)]))
}

const sqliteMemos = `select lower(hex(m.key_hash)) as key_hash, m.subject_id, lower(hex(m.body_hash)) as body_hash,
  m.verdict, m.at_ms from json_each(?) v cross join verdict_memo m on m.key_hash = unhex(v.value) where m.at_ms > ?`
const postgresMemos = `select encode(m.key_hash, 'hex') as key_hash, m.subject_id, encode(m.body_hash, 'hex') as body_hash,
  m.verdict, m.at_ms from json_array_elements_text($1::json) v join verdict_memo m on m.key_hash = decode(v.value, 'hex')
  where m.at_ms > $2::bigint`

/** Records verdicts under their keys. */
export async function writeMemos(tx: HotTx, memos: readonly Memo[]): Promise<void> {
  const rows = memos.map(({ keyHash, subjectId, bodyHash, verdict, atMs }) => {
    return [keyHash, subjectId, bodyHash, verdict, atMs]
  })
  await tx.runEach(tx.engine === 'sqlite' ? sqliteMemoUpsert : postgresMemoUpsert, rows)
}

const memoUpsert = (places: readonly string[]) => `insert into verdict_memo
  (key_hash, subject_id, body_hash, verdict, at_ms) values (${places.join(', ')})
  on conflict (key_hash) do update set subject_id = excluded.subject_id, body_hash = excluded.body_hash,
  verdict = excluded.verdict, at_ms = excluded.at_ms`
const sqliteMemoUpsert = memoUpsert(['unhex(?)', '?', 'unhex(?)', '?', '?'])
const postgresMemoUpsert = memoUpsert(["decode($1, 'hex')", '$2', "decode($3, 'hex')", '$4', '$5'])

function sourceOf(row: SqlRow): SourceState {
  return {
    acceptedAtMs: Number(row['accepted_at_ms']),
    windowStartedAtMs: Number(row['window_started_at_ms']),
    failures: Number(row['failures']),
  }
}

function sourceValues({ subjectId, sourceHash, source }: SourceChange): [string, string, number, number, number] {
  return [subjectId, sourceHash, source.acceptedAtMs, source.windowStartedAtMs, source.failures]
}

function memoOf(row: SqlRow): Memo {
  return {
    keyHash: String(row['key_hash']),
    subjectId: String(row['subject_id']),
    bodyHash: String(row['body_hash']),
    verdict: String(row['verdict']),
    atMs: Number(row['at_ms']),
  }
}
