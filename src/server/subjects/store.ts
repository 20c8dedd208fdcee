import { sql } from '../database/sql.ts'
import type { Queryable, Storage, Tx } from '../database/storage.ts'
import type { RealmTable, SubjectTable } from '../database/tables/realms.ts'
import { freshState } from './decide.ts'
import type { NamedSource } from './lockout.ts'
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
async function moveVersion(tx: Tx, id: string): Promise<boolean> {
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

/** Keeps a known source in the hot row, where that place is free or its own; false when another one has it. */
export async function writeMainSource(tx: Tx, subjectId: string, source: NamedSource): Promise<boolean> {
  const { hash, acceptedAtMs, windowStartedAtMs, failures } = source
  const { numUpdatedRows } = await tx
    .updateTable('subject_state')
    .set({
      main_source_hash: hash,
      main_source_accepted_at_ms: acceptedAtMs,
      main_source_window_started_at_ms: windowStartedAtMs,
      main_source_failures: failures,
    })
    .where('subject_id', '=', subjectId)
    .where((row) => row.or([row('main_source_hash', 'is', null), row('main_source_hash', '=', hash)]))
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Keeps a known source in a row of its own. */
export async function writeOtherSource(tx: Tx, subjectId: string, source: NamedSource): Promise<void> {
  const { hash, acceptedAtMs, windowStartedAtMs, failures } = source
  const columns = { accepted_at_ms: acceptedAtMs, window_started_at_ms: windowStartedAtMs, failures }
  await tx
    .insertInto('subject_source')
    .values({ subject_id: subjectId, source_hash: Buffer.from(hash, 'hex'), ...columns })
    .onConflict((conflict) => conflict.columns(['subject_id', 'source_hash']).doUpdateSet(columns))
    .execute()
}

/** The highest number of a realm's subjects, 0 when it has none. */
export async function highestOfRealm(tx: Tx, realmId: string): Promise<number> {
  const row = await tx
    .selectFrom('subject')
    .select((select) => select.fn.max('number').as('number'))
    .where('realm_id', '=', realmId)
    .executeTakeFirst()
  return Number(row?.number ?? 0)
}

/** The highest number of the subjects of all realms of an origin, 0 when there is none. */
export async function highestOfOrigin(db: Queryable, origin: string): Promise<number> {
  // One step along the index for each realm: the highest of all would read every subject.
  const highest = sql<number>`(select max(number) from subject where subject.realm_id = realm.id)`
  const rows = await db.selectFrom('realm').select(highest.as('number')).where('origin', '=', origin).execute()
  return rows.reduce((most, { number }) => Math.max(most, Number(number ?? 0)), 0)
}

/** Which of these numbers subjects of an origin have, with a secret or without. */
export async function numbersInUse(db: Queryable, origin: string, numbers: readonly number[]): Promise<Set<number>> {
  const rows = await db
    .selectFrom('realm')
    .innerJoin('subject', 'subject.realm_id', 'realm.id')
    .select('subject.number')
    .where('realm.origin', '=', origin)
    .where('subject.number', 'in', [...numbers])
    .execute()
  return new Set(rows.map(({ number }) => Number(number)))
}

/** Forgets verdicts no longer repeated and links past their time. */
export async function pruneMemosAndLinks(tx: Tx, before: { memosMs: number; linksMs: number }): Promise<void> {
  await tx.deleteFrom('verdict_memo').where('at_ms', '<', before.memosMs).execute()
  await tx.deleteFrom('enrolment_link').where('expires_at_ms', '<', before.linksMs).execute()
}

/** Some subjects in the order of their ids: those above the first, up to the second, or to the end where it is null. */
export interface SubjectRange {
  readonly above: string
  readonly upTo: string | null
}

/** The id so many subjects behind another one; null when there are not so many. */
export async function idBehind(db: Queryable, id: string, count: number): Promise<string | null> {
  const row = await db
    .selectFrom('subject_state')
    .select('subject_id')
    .where('subject_id', '>', id)
    .orderBy('subject_id')
    .offset(count - 1)
    .limit(1)
    .executeTakeFirst()
  return row?.subject_id ?? null
}

/** Forgets the sources of some subjects where no code was accepted since `beforeMs`. */
export async function forgetSources(tx: Tx, { above, upTo }: SubjectRange, beforeMs: number): Promise<void> {
  let further = tx.deleteFrom('subject_source').where('subject_id', '>', above)
  let main = tx.updateTable('subject_state').set({ main_source_hash: null }).where('subject_id', '>', above)
  if (upTo !== null) {
    further = further.where('subject_id', '<=', upTo)
    main = main.where('subject_id', '<=', upTo)
  }
  await further.where('accepted_at_ms', '<', beforeMs).execute()
  await main.where('main_source_hash', 'is not', null).where('main_source_accepted_at_ms', '<', beforeMs).execute()
}
