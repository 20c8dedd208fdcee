import type { Queryable, Tx } from '../../database/storage.ts'

/** Rows of the table of settings that hold sign-on; `draft` waits to be activated. */
export type SignOnRow = 'sign_on.active' | 'sign_on.draft'

/** Settings as they are kept: the client secret sealed, in Base64. */
export interface KeptSignOn {
  readonly issuer: string
  readonly clientId: string
  readonly sealedSecret: string | null
  readonly scopes: string[]
  readonly groupsClaim: string
  readonly administratorsGroup: string
  readonly allowedGroups: string[]
  readonly acceptBearer: boolean
  readonly bearerAudience: string
}

/** The set-up of single sign-on in one of its two places: in force, or a draft. */
export async function readKept(db: Queryable, row: SignOnRow): Promise<KeptSignOn | null> {
  const found = await db.selectFrom('setting').select('value').where('key', '=', row).executeTakeFirst()
  return found === undefined ? null : (JSON.parse(found.value) as KeptSignOn)
}

/** Puts a set-up in its place, over what stood there. */
export async function writeKept(tx: Tx, row: SignOnRow, kept: KeptSignOn, nowMs: number): Promise<void> {
  const values = { value: JSON.stringify(kept), updated_at_ms: nowMs }
  await tx
    .insertInto('setting')
    .values({ key: row, ...values })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(values))
    .execute()
}

/** Empties a place. */
export async function deleteKept(tx: Tx, row: SignOnRow): Promise<void> {
  await tx.deleteFrom('setting').where('key', '=', row).execute()
}
