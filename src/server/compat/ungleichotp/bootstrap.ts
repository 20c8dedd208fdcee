import { Failure } from '../../../errors/failure.ts'
import { recommendedSecretBytes } from '../../../otp/account.ts'
import { decodeBase32 } from '../../../otp/base32.ts'
import type { Actor } from '../../http/actor.ts'
import type { Variables } from '../../http/environment.ts'
import { callerRealms } from '../../subjects/reserved.ts'
import type { DoorParts } from '../door-parts.ts'
import { administrators, Entries, type Entry } from './entries.ts'
import { entryIn } from './fields.ts'
import { Refusal } from './refusal.ts'
import { readUngleichotpRules, type UngleichotpRules } from './settings.ts'

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
 * Makes the first entry of ungleich-admin; its seed is told here, and by the door to whoever manages entries.
 *
 * @throws {@link Failure} `ungleichotp_admin_exists` unless forced, `ungleichotp_entry_taken`,
 *   `ungleichotp_entry_refused`, and what a seed that is no Base32 throws
 */
export async function bootstrap(
  parts: DoorParts,
  variables: Variables,
  { name, realm = callerRealms.admin, seed, force = false }: Bootstrap,
): Promise<{ entry: { name: string; realm: string; seed: string }; isShort: boolean }> {
  const rules = readUngleichotpRules(variables)
  if (!force && (await administrators(parts.core.storage.db, rules)).length > 0) {
    throw new Failure('ungleichotp_admin_exists')
  }
  const secret = seed === undefined ? undefined : decodeBase32(seed)
  const { id: _id, ...entry } = await make(parts, rules, { name, realm }, secret)
  return { entry, isShort: secret !== undefined && secret.length < recommendedSecretBytes }
}

async function make(
  parts: DoorParts,
  rules: UngleichotpRules,
  wish: { name: string; realm: string },
  secret: Uint8Array | undefined,
): Promise<Entry> {
  try {
    const by = { actor: operator, address: '', door: 'ungleichotp' }
    return await new Entries(parts, rules).create(by, entryIn(wish, rules), secret)
  } catch (error) {
    throw error instanceof Refusal ? failureOf(error, wish) : error
  }
}

// The door's refusals are made for bodies; whoever types a command reads a sentence (law 8).
function failureOf({ body }: Refusal, { name, realm }: { name: string; realm: string }): Failure {
  if ('non_field_errors' in body) return new Failure('ungleichotp_entry_taken', { detail: { name, realm } })
  const reason = Object.entries(body)
    .map(([field, texts]) => `${field}: ${[texts].flat().join(' ')}`)
    .join(' ')
  return new Failure('ungleichotp_entry_refused', { detail: { reason } })
}
