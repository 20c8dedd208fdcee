import type { Selectable } from 'kysely'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { PasskeyTable } from '../../database/tables/people.ts'

export interface PasskeyRow {
  readonly id: string
  readonly personId: string
  readonly name: string
  /** Base64url, as browsers send it. */
  readonly credentialId: string
  readonly publicKey: Uint8Array
  readonly signCount: number
  readonly createdAtMs: number
  readonly lastUsedAtMs: number | null
}

/** The passkeys of a person, the oldest first. */
export async function listPasskeys(db: Queryable, personId: string): Promise<PasskeyRow[]> {
  const rows = await db
    .selectFrom('passkey')
    .selectAll()
    .where('person_id', '=', personId)
    .orderBy('created_at_ms')
    .execute()
  return rows.map(passkeyFrom)
}

/** Some passkeys of a person, oldest first. */
export async function pageOfPasskeys(
  db: Queryable,
  personId: string,
  { limit, after }: { limit: number; after?: { createdAtMs: number; id: string } | undefined },
): Promise<PasskeyRow[]> {
  let query = db
    .selectFrom('passkey')
    .selectAll()
    .where('person_id', '=', personId)
    .orderBy('created_at_ms')
    .orderBy('id')
    .limit(limit)
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at_ms', 'id'), '>', tuple(after.createdAtMs, after.id)),
    )
  }
  return (await query.execute()).map(passkeyFrom)
}

/** The passkey that a browser names, whoever owns it. */
export async function passkeyByCredential(db: Queryable, credentialId: string): Promise<PasskeyRow | null> {
  const row = await db.selectFrom('passkey').selectAll().where('credential_id', '=', credentialId).executeTakeFirst()
  return row === undefined ? null : passkeyFrom(row)
}

/** Adds a passkey; a credential that is here already breaks the table's own rule. */
export async function insertPasskey(tx: Tx, passkey: PasskeyRow & { transports: readonly string[] }): Promise<void> {
  await tx
    .insertInto('passkey')
    .values({
      id: passkey.id,
      person_id: passkey.personId,
      name: passkey.name,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      sign_count: passkey.signCount,
      transports: JSON.stringify(passkey.transports),
      created_at_ms: passkey.createdAtMs,
      last_used_at_ms: passkey.lastUsedAtMs,
    })
    .execute()
}

/** Notes a use; false when the counter was moved meanwhile, which a copied key would do. */
export async function moveSignCount(tx: Tx, passkey: PasskeyRow, signCount: number, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('passkey')
    .set({ sign_count: signCount, last_used_at_ms: nowMs })
    .where('id', '=', passkey.id)
    .where('sign_count', '=', passkey.signCount)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Deletes a passkey of this person and of nobody else, and tells its name; null when there is none. */
export async function deletePasskeyRow(tx: Tx, personId: string, id: string): Promise<string | null> {
  const row = await tx
    .deleteFrom('passkey')
    .where('id', '=', id)
    .where('person_id', '=', personId)
    .returning('name')
    .executeTakeFirst()
  return row?.name ?? null
}

function passkeyFrom(row: Selectable<PasskeyTable>): PasskeyRow {
  return {
    id: row.id,
    personId: row.person_id,
    name: row.name,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    signCount: row.sign_count,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  }
}
