import type { Selectable } from 'kysely'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { DeviceGrantTable } from '../../database/tables/logins.ts'
import { keyBytes } from '../token-key.ts'

/** Where a command's sign-in stands; `done` is one whose token was told. */
export type DeviceState = 'waiting' | 'confirmed' | 'refused' | 'done'

export interface DeviceGrant {
  readonly id: string
  readonly userCode: string
  readonly clientName: string
  readonly address: string
  readonly state: DeviceState
  readonly personId: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

/** Keeps what a program asked for; of its device code only the hash. */
export async function insertGrant(tx: Tx, grant: DeviceGrant & { deviceKey: string }): Promise<void> {
  await tx
    .insertInto('device_grant')
    .values({
      id: grant.id,
      device_hash: keyBytes(grant.deviceKey),
      user_code: grant.userCode,
      client_name: grant.clientName,
      address: grant.address,
      state: grant.state,
      person_id: grant.personId,
      token_id: null,
      created_at_ms: grant.createdAtMs,
      expires_at_ms: grant.expiresAtMs,
    })
    .execute()
}

/** What the program with this device code asked for, expired or not. */
export async function grantByDevice(db: Queryable, deviceKey: string): Promise<DeviceGrant | null> {
  const row = await db
    .selectFrom('device_grant')
    .selectAll()
    .where('device_hash', '=', keyBytes(deviceKey))
    .executeTakeFirst()
  return row === undefined ? null : grantFrom(row)
}

/** The sign-in a short code stands for, while it waits for an answer. */
export async function waitingGrant(db: Queryable, userCode: string, nowMs: number): Promise<DeviceGrant | null> {
  const row = await db
    .selectFrom('device_grant')
    .selectAll()
    .where('user_code', '=', userCode)
    .where('state', '=', 'waiting')
    .where('expires_at_ms', '>', nowMs)
    .executeTakeFirst()
  return row === undefined ? null : grantFrom(row)
}

/** Moves a sign-in from one state to the next; false when another request moved it first. */
export async function moveGrant(
  tx: Tx,
  id: string,
  move: { from: DeviceState; to: DeviceState; personId?: string; tokenId?: string },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('device_grant')
    .set({
      state: move.to,
      ...(move.personId === undefined ? {} : { person_id: move.personId }),
      ...(move.tokenId === undefined ? {} : { token_id: move.tokenId }),
    })
    .where('id', '=', id)
    .where('state', '=', move.from)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Refuses the sign-ins a person let in whose tokens were not fetched yet. */
export async function refuseConfirmed(tx: Tx, personId: string): Promise<void> {
  await tx
    .updateTable('device_grant')
    .set({ state: 'refused' satisfies DeviceState })
    .where('person_id', '=', personId)
    .where('state', '=', 'confirmed' satisfies DeviceState)
    .execute()
}

/** How many sign-ins an address began that nobody answered yet. */
export async function countWaiting(db: Queryable, address: string, nowMs: number): Promise<number> {
  const rows = await db
    .selectFrom('device_grant')
    .select('id')
    .where('address', '=', address)
    .where('state', '=', 'waiting')
    .where('expires_at_ms', '>', nowMs)
    .execute()
  return rows.length
}

/** Forgets what nobody confirmed in time, or fetched. */
export async function deleteExpiredGrants(tx: Tx, nowMs: number): Promise<void> {
  await tx.deleteFrom('device_grant').where('expires_at_ms', '<=', nowMs).execute()
}

function grantFrom(row: Selectable<DeviceGrantTable>): DeviceGrant {
  return {
    id: row.id,
    userCode: row.user_code,
    clientName: row.client_name,
    address: row.address,
    state: row.state as DeviceState,
    personId: row.person_id,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  }
}
