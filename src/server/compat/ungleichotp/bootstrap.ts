import { Failure } from '../../../errors/failure.ts'
import { recommendedSecretBytes } from '../../../otp/account.ts'
import { decodeBase32 } from '../../../otp/base32.ts'
import type { Actor } from '../../http/actor.ts'
import type { Variables } from '../../http/environment.ts'
import { callerRealms } from '../../subjects/reserved.ts'
import type { DoorParts } from '../door-parts.ts'
import { Entries } from './entries.ts'
import { readUngleichotpRules } from './settings.ts'
import { countEntries } from './store.ts'

/** The first entry that may manage others. */
export interface Bootstrap {
  readonly name: string
  readonly realm?: string
  /** Base32; a fresh one unless given. */
  readonly seed?: string
  /** Make it although there is an administrator already. */
  readonly force?: boolean
}

const operator: Actor = { kind: 'operator', name: 'operator', address: '' }

/**
 * Makes the first entry of ungleich-admin; its seed is told this once.
 *
 * @throws {@link Failure} `ungleichotp_admin_exists` unless forced, and what a seed that is no Base32 throws
 */
export async function bootstrap(
  parts: DoorParts,
  variables: Variables,
  { name, realm = callerRealms.admin, seed, force = false }: Bootstrap,
): Promise<{ entry: { name: string; realm: string; seed: string }; isShort: boolean }> {
  if (!force && (await countEntries(parts.core.storage.db, callerRealms.admin)) > 0) {
    throw new Failure('ungleichotp_admin_exists')
  }
  const secret = seed === undefined ? undefined : decodeBase32(seed)
  const entries = new Entries(parts, readUngleichotpRules(variables))
  const by = { actor: operator, address: '', door: 'ungleichotp' }
  const { id: _id, ...entry } = await entries.create(by, { name, realm }, secret)
  return { entry, isShort: secret !== undefined && secret.length < recommendedSecretBytes }
}
