import { readSetting, removeSetting, writeSetting } from '../../database/settings.ts'
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
  const text = await readSetting(db, row)
  return text === undefined ? null : (JSON.parse(text) as KeptSignOn)
}

/** Puts a set-up in its place, over what stood there. */
export async function writeKept(tx: Tx, row: SignOnRow, kept: KeptSignOn, nowMs: number): Promise<void> {
  await writeSetting(tx, row, JSON.stringify(kept), nowMs)
}

/** Empties a place. */
export async function deleteKept(tx: Tx, row: SignOnRow): Promise<void> {
  await removeSetting(tx, row)
}
