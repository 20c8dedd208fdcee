import { randomUUID } from 'node:crypto'
import { type InsertColumns, insertRows } from '../database/insert-rows.ts'
import type { HotTx } from '../database/storage.ts'
import { freshState } from './decide.ts'
import type { SecretStart } from './enrol.ts'
import { nameKey } from './names.ts'
import { stateColumns, stateValues } from './state-row.ts'
import type { SubjectRow } from './store.ts'

/** A subject to be added. The name is checked and canonical. */
export interface NewSubject {
  readonly name: string
  readonly email?: string
  readonly isEnabled?: boolean
  /** Kept where they are imported. */
  readonly id?: string
  readonly number?: number
}

/** A subject to be added, and how its secret begins. */
export interface Newcomer {
  readonly subject: NewSubject
  readonly start: SecretStart
}

/** The row of a subject that has no secret yet. */
export function newRow(
  realm: { readonly id: string },
  { id = randomUUID(), name, email = '', isEnabled = true }: NewSubject,
  number: number,
  nowMs: number,
): SubjectRow {
  return {
    id,
    realm_id: realm.id,
    name,
    name_key: nameKey(name),
    number,
    email,
    enabled: isEnabled ? 1 : 0,
    sealed_secret: null,
    algorithm: null,
    digits: null,
    period_seconds: null,
    pending_secret: null,
    pending_until_ms: null,
    pending_by: null,
    enrolled_at_ms: null,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
  }
}

const subjectColumns = {
  id: 'text',
  realm_id: 'text',
  name: 'text',
  name_key: 'text',
  number: 'bigint',
  email: 'text',
  enabled: 'bigint',
  sealed_secret: 'bytea',
  algorithm: 'text',
  digits: 'bigint',
  period_seconds: 'bigint',
  pending_secret: 'bytea',
  pending_until_ms: 'bigint',
  pending_by: 'text',
  enrolled_at_ms: 'bigint',
  created_at_ms: 'bigint',
  updated_at_ms: 'bigint',
} as const satisfies Record<keyof SubjectRow, InsertColumns[string]>
const columnNames = Object.keys(subjectColumns) as (keyof SubjectRow)[]
const stateTypes: InsertColumns = {
  subject_id: 'text',
  ...Object.fromEntries(stateColumns.map((name) => [name, 'bigint'] as const)),
}

/** Adds many subjects and their hot rows. Their names must be free: a unique index decides. */
export async function insertSubjects(tx: HotTx, rows: readonly SubjectRow[]): Promise<void> {
  const subjects = rows.map((row) => columnNames.map((name) => row[name]))
  await insertRows(tx, 'subject', subjectColumns, subjects)
  const fresh = stateValues(freshState())
  const states = rows.map(({ id }) => [id, ...fresh])
  await insertRows(tx, 'subject_state', stateTypes, states)
}
