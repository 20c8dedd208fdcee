import type { Queryable, Tx } from '../database/storage.ts'
import { newToken } from '../../crypto/token.ts'
import type { LoginRefusal } from './login/login.ts'
import { deleteOnceWith, findOnce, insertOnce, takeOnce } from './one-time-store.ts'
import { tokenKey } from './token-key.ts'

/** What may be used once, by what it holds. */
export interface OneTimeData {
  /** A setup link: of the first administrator (null) or of a person who was invited or reset. */
  setup: { readonly personId: string | null }
  /** A setup whose passphrase is chosen and whose first code is still to be proven. */
  'setup-ticket': SetupTicket
  /** A login whose passphrase was looked at and whose passkey is still to be shown. */
  'passkey-login': PasskeyLoginTicket
  'passkey-registration': { readonly personId: string; readonly challenge: string }
  'passkey-proof': { readonly personId: string; readonly sessionId: string; readonly challenge: string }
  /** A back-channel logout token that was used, by its `jti`. */
  'logout-token': Record<string, never>
  /** A login through the provider that came back, by its `state`. */
  'sign-on-state': Record<string, never>
}

/** What the first factor came to, for the second; `refusal` is null when it was right. */
export interface PasskeyLoginTicket {
  readonly personId: string | null
  readonly username: string
  readonly refusal: LoginRefusal | null
  readonly isKnownSource: boolean
  readonly challenge: string
  readonly beganAtMs: number
}

export interface SetupTicket {
  readonly setupKey: string
  readonly personId: string
  readonly isFirst: boolean
  readonly username: string
  readonly passphraseHash: string
}

export type OneTimeKind = keyof OneTimeData

/** Keeps something under a new random token until it is used or too old; answers the token. */
export async function keepOnce<Kind extends OneTimeKind>(
  tx: Tx,
  kind: Kind,
  data: OneTimeData[Kind],
  times: { nowMs: number; livesMs: number; token?: string },
): Promise<string> {
  const token = times.token ?? newToken()
  const { nowMs: createdAtMs, livesMs } = times
  const text = JSON.stringify(data)
  await insertOnce(tx, { key: tokenKey(token), kind, data: text, createdAtMs, expiresAtMs: createdAtMs + livesMs })
  return token
}

/** What a token stands for while it is good, without using it up; null otherwise. */
export async function readOnce<Kind extends OneTimeKind>(
  db: Queryable,
  kind: Kind,
  token: string,
  nowMs: number,
): Promise<OneTimeData[Kind] | null> {
  return dataIn(await findOnce(db, kind, tokenKey(token), nowMs))
}

/** Uses a token up: of two simultaneous requests one gets what it stands for, the other null. */
export function spendOnce<Kind extends OneTimeKind>(
  tx: Tx,
  kind: Kind,
  token: string,
  nowMs: number,
): Promise<OneTimeData[Kind] | null> {
  return spendOnceByKey(tx, kind, tokenKey(token), nowMs)
}

/** The same by the token's key, where the token itself was not kept. */
export async function spendOnceByKey<Kind extends OneTimeKind>(
  tx: Tx,
  kind: Kind,
  key: string,
  nowMs: number,
): Promise<OneTimeData[Kind] | null> {
  return dataIn(await takeOnce(tx, kind, key, nowMs))
}

function dataIn<Kind extends OneTimeKind>(text: string | null): OneTimeData[Kind] | null {
  return text === null ? null : (JSON.parse(text) as OneTimeData[Kind])
}

/** Ends every setup link of a person (or of the first administrator), so that only the newest one works. */
export async function endSetupLinks(tx: Tx, personId: string | null): Promise<void> {
  await deleteOnceWith(tx, ['setup'], JSON.stringify({ personId } satisfies OneTimeData['setup']))
}

/** What a person began with a passkey, and did not finish. Their id stands first in what each of these holds. */
const passkeyKinds = ['passkey-login', 'passkey-registration', 'passkey-proof'] satisfies OneTimeKind[]

/** Ends what a person began with a passkey and did not finish. */
export async function endTickets(tx: Tx, personId: string): Promise<void> {
  await deleteOnceWith(tx, passkeyKinds, JSON.stringify({ personId }).slice(0, -1))
}
