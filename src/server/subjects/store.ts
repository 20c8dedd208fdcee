import type { Queryable, Storage, Tx } from '../database/storage.ts'
import type { RealmTable, SubjectTable } from '../database/tables.ts'
import { freshState } from './decide.ts'
import { stateRow } from './state-row.ts'

export type RealmRow = RealmTable
export type SubjectRow = SubjectTable

/** A subject with the two numbers of its hot row that its secrets depend on, and the time of its realm's last change. */
export type RosterRow = Pick<
  SubjectTable,
  | 'id'
  | 'name'
  | 'enabled'
  | 'sealed_secret'
  | 'algorithm'
  | 'digits'
  | 'period_seconds'
  | 'pending_secret'
  | 'pending_until_ms'
> & { secret_version: number; drift_steps: number; realm_updated_at_ms: number }

/** The realm of exactly this name. */
export function findRealmByName(db: Queryable, name: string): Promise<RealmRow | undefined> {
  return db.selectFrom('realm').selectAll().where('name', '=', name).executeTakeFirst()
}

/** Adds a realm. */
export async function insertRealm(tx: Tx, row: RealmRow): Promise<void> {
  await tx.insertInto('realm').values(row).execute()
}

/** The text of a setting, undefined when it was never set. */
export async function readSetting(db: Queryable, key: string): Promise<string | undefined> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
  return row?.value
}

/** Writes a setting. Whoever keeps it in memory hears of it through the change feed. */
export async function writeSetting(tx: Tx, key: string, value: string, nowMs: number): Promise<void> {
  await tx
    .insertInto('setting')
    .values({ key, value, updated_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at_ms: nowMs }))
    .execute()
}

/** Subjects of one realm by their names. */
export async function findRoster(
  storage: Pick<Storage, 'engine' | 'readHot'>,
  realmId: string,
  names: readonly string[],
): Promise<RosterRow[]> {
  const [answer] = await storage.readHot(rosterQueries[storage.engine], [JSON.stringify(names), realmId])
  return (JSON.parse(String(answer?.['roster'])) as RosterValues[]).map(rosterRow)
}

// One text asks for any number of names and one text answers: a value for each column of each row would cost more than
// reading them does.
const rosterColumns = (hex: (column: string) => string) => `s.id, s.name, s.enabled, ${hex('s.sealed_secret')},
  s.algorithm, s.digits, s.period_seconds, ${hex('s.pending_secret')}, s.pending_until_ms, t.secret_version, t.drift_steps,
  (select r.updated_at_ms from realm r where r.id = s.realm_id)`
const rosterQueries = {
  sqlite: `select json_group_array(json_array(${rosterColumns((column) => `hex(${column})`)})) as roster
    from json_each(?) v cross join subject s on s.realm_id = ? and s.name = v.value
    join subject_state t on t.subject_id = s.id`,
  postgres: `select coalesce(json_agg(json_build_array(${rosterColumns((column) => `encode(${column}, 'hex')`)})), '[]')::text
    as roster from json_array_elements_text($1::json) v (value)
    join subject s on s.realm_id = $2 and s.name = v.value join subject_state t on t.subject_id = s.id`,
}

/** The columns of the roster, in their order. */
type RosterValues = readonly [
  id: string,
  name: string,
  enabled: number,
  sealedSecret: string | null,
  algorithm: string | null,
  digits: number | null,
  periodSeconds: number | null,
  pendingSecret: string | null,
  pendingUntilMs: number | null,
  secretVersion: number,
  driftSteps: number,
  realmUpdatedAtMs: number,
]

function rosterRow(values: RosterValues): RosterRow {
  return {
    id: values[0],
    name: values[1],
    enabled: values[2],
    sealed_secret: bytesOf(values[3]),
    algorithm: values[4],
    digits: values[5],
    period_seconds: values[6],
    pending_secret: bytesOf(values[7]),
    pending_until_ms: values[8],
    secret_version: values[9],
    drift_steps: values[10],
    realm_updated_at_ms: values[11],
  }
}

// SQLite's hex() makes an empty text of null, PostgreSQL's encode() leaves it null.
function bytesOf(hex: string | null): Uint8Array | null {
  return hex === null || hex === '' ? null : Buffer.from(hex, 'hex')
}

/** One subject by its name. */
export function findSubject(db: Queryable, realmId: string, name: string): Promise<SubjectRow | undefined> {
  return db
    .selectFrom('subject')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .executeTakeFirst()
}

/** Adds a subject and its hot row. The name must be free: a unique index decides. */
export async function insertSubject(tx: Tx, row: SubjectRow): Promise<void> {
  await tx.insertInto('subject').values(row).execute()
  await tx
    .insertInto('subject_state')
    .values({ subject_id: row.id, ...stateRow(freshState()) })
    .execute()
}

/**
 * Changes a subject and moves its version, so that every server notices inside its next verdict.
 *
 * @returns false when the subject is gone
 */
export async function updateSubject(tx: Tx, id: string, change: Partial<SubjectRow>): Promise<boolean> {
  if (!(await moveVersion(tx, id))) return false
  const { numUpdatedRows } = await tx.updateTable('subject').set(change).where('id', '=', id).executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Locks a subject's hot row by moving its version; false when the subject is gone. */
export async function moveVersion(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('subject_state')
    .set((row) => ({ secret_version: row('secret_version', '+', 1) }))
    .where('subject_id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Moves the version of every subject of a realm, after its policy changed. */
export async function moveVersions(tx: Tx, realmId: string): Promise<void> {
  await tx
    .updateTable('subject_state')
    .set((row) => ({ secret_version: row('secret_version', '+', 1) }))
    .where('subject_id', 'in', tx.selectFrom('subject').select('id').where('realm_id', '=', realmId))
    .execute()
}

/** Makes a secret the active one and forgets which steps of the one before were used. */
export async function forgetSpentSteps(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('subject_state')
    .set({ highest_step: 0, spent_steps: 0, drift_steps: 0 })
    .where('subject_id', '=', id)
    .execute()
}

/** Clears failures, waits and the cap. Where no code was ever accepted stays unknown. */
export async function liftGuesses(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('subject_state')
    .set({
      unknown_failures: 0,
      unknown_step: 0,
      unknown_step_failures: 0,
      unknown_wait_until_ms: 0,
      total_failures: 0,
      lift_step: 0,
      main_source_failures: 0,
    })
    .where('subject_id', '=', id)
    .executeTakeFirst()
  await tx.updateTable('subject_source').set({ failures: 0 }).where('subject_id', '=', id).execute()
  return numUpdatedRows === 1n
}

/** Removes a subject; its hot row, sources and links go with it. False when it was gone already. */
export async function deleteSubject(tx: Tx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('subject').where('id', '=', id).executeTakeFirst()
  return numDeletedRows === 1n
}

/**
 * Ends the one-time links of a subject that nobody opened yet. It comes before changes of the subject itself, as when a
 * link is opened: whoever opens one at this moment either has it or finds it gone.
 *
 * @returns how many would still have opened
 */
export async function endOpenLinks(tx: Tx, subjectId: string, nowMs: number): Promise<number> {
  const ended = await tx
    .deleteFrom('enrolment_link')
    .where('subject_id', '=', subjectId)
    .where('used_at_ms', 'is', null)
    .returning('expires_at_ms')
    .execute()
  return ended.filter(({ expires_at_ms }) => expires_at_ms > nowMs).length
}

/** Forgets sources unknown again, verdicts no longer repeated and links past their time. */
export async function pruneSubjects(tx: Tx, before: { sourcesMs: number; memosMs: number; linksMs: number }) {
  await tx.deleteFrom('subject_source').where('accepted_at_ms', '<', before.sourcesMs).execute()
  await tx
    .updateTable('subject_state')
    .set({ main_source_hash: null })
    .where('main_source_hash', 'is not', null)
    .where('main_source_accepted_at_ms', '<', before.sourcesMs)
    .execute()
  await tx.deleteFrom('verdict_memo').where('at_ms', '<', before.memosMs).execute()
  await tx.deleteFrom('enrolment_link').where('expires_at_ms', '<', before.linksMs).execute()
}
