import { sql } from './sql.ts'
import type { Engine, Tx } from './storage.ts'

/**
 * Rules that look before they write and that no index can keep. Any numbers, the same for every Watchword: whoever
 * decides by such a rule holds its advisory lock.
 */
const locks = {
  /** No two live accounts have one public key. */
  publicKeys: 0x57747076,
  /** No two realms have names that differ in capitals only, and scopes name each as it is called. */
  realmNames: 0x5774726e,
  /** Only one setup makes the first administrator. */
  firstAdministrator: 0x57746661,
  /** No address leaves more sign-ins of commands waiting than it may. */
  waitingDevices: 0x57747764,
  /** What is activated is the draft as it stands, and a draft keeps the secret of the one before. */
  signOn: 0x5774736f,
} as const

/**
 * Nobody else decides by this rule until the transaction ends: what is read from here on is what others wrote. SQLite
 * needs no lock, since its write transactions never run side by side.
 */
export async function takeTurn(tx: Tx, engine: Engine, rule: keyof typeof locks): Promise<void> {
  if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(locks[rule])})`.execute(tx)
}
