import { sql } from '../database/sql.ts'
import type { Queryable, Tx } from '../database/storage.ts'

/** Origins whose door finds a subject by its number alone, so that all their realms count together. */
const countingTogether: ReadonlySet<string> = new Set(['ungleichotp'])

/** The next free number of a realm: what doors that count subjects show as their id. */
export async function nextNumber(
  tx: Tx,
  realm: { readonly id: string; readonly origin: string },
  nowMs: number,
): Promise<number> {
  if (countingTogether.has(realm.origin)) return nextNumberOf(tx, realm.origin, nowMs)
  const row = await tx
    .selectFrom('subject')
    .select((select) => select.fn.max('number').as('number'))
    .where('realm_id', '=', realm.id)
    .executeTakeFirst()
  return Number(row?.number ?? 0) + 1
}

/** Takes the next number of all realms of an origin; none is given twice, also when its subject is gone. */
export async function nextNumberOf(tx: Tx, origin: string, nowMs: number): Promise<number> {
  const number = Math.max(await holdNumbers(tx, origin, nowMs), await highestInUse(tx, origin)) + 1
  await writeLast(tx, origin, number)
  return number
}

/** Takes the number an import brings along, or the next one where a subject has it or it is none. */
export async function takeNumber(tx: Tx, origin: string, wanted: number, nowMs: number): Promise<number> {
  const last = await holdNumbers(tx, origin, nowMs)
  if (!Number.isSafeInteger(wanted) || wanted < 1 || (await isInUse(tx, origin, wanted))) {
    return nextNumberOf(tx, origin, nowMs)
  }
  if (wanted > last) await writeLast(tx, origin, wanted)
  return wanted
}

// Nobody else takes a number of this origin until the transaction ends; answers the last one taken.
async function holdNumbers(tx: Tx, origin: string, nowMs: number): Promise<number> {
  await tx
    .insertInto('setting')
    .values({ key: sequenceOf(origin), value: '0', updated_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  const { value } = await tx
    .updateTable('setting')
    .set({ updated_at_ms: nowMs })
    .where('key', '=', sequenceOf(origin))
    .returning('value')
    .executeTakeFirstOrThrow()
  return Number(value)
}

// With a secret or without.
async function isInUse(db: Queryable, origin: string, number: number): Promise<boolean> {
  const row = await db
    .selectFrom('subject')
    .innerJoin('realm', 'realm.id', 'subject.realm_id')
    .select('subject.id')
    .where('realm.origin', '=', origin)
    .where('subject.number', '=', number)
    .executeTakeFirst()
  return row !== undefined
}

// One step along the index for each realm: the highest of all would read every subject.
async function highestInUse(tx: Tx, origin: string): Promise<number> {
  const highest = sql<number>`(select max(number) from subject where subject.realm_id = realm.id)`
  const rows = await tx.selectFrom('realm').select(highest.as('number')).where('origin', '=', origin).execute()
  return rows.reduce((most, { number }) => Math.max(most, Number(number ?? 0)), 0)
}

async function writeLast(tx: Tx, origin: string, number: number): Promise<void> {
  await tx
    .updateTable('setting')
    .set({ value: String(number) })
    .where('key', '=', sequenceOf(origin))
    .execute()
}

function sequenceOf(origin: string): string {
  return `${origin}.sequence`
}
