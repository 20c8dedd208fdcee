import { Failure } from '../../errors/failure.ts'
import type { Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import { holdPerson } from './people/store.ts'
import { holdSession } from './sessions/store.ts'
import { holdToken } from './tokens/store.ts'

/**
 * Throws unless what opened the door to somebody still stands: whoever was reset, disabled or logged out while they
 * asked, or a moment ago on another server, leaves nothing behind that outlives that. Until the transaction ends it
 * stays so.
 *
 * @throws {@link Failure} `login_needed`, `token_refused`
 */
export async function holdActor(tx: Tx, actor: Actor): Promise<void> {
  if (actor.kind === 'operator' || actor.kind === 'stranger') return
  if (actor.kind === 'person') {
    // First of all, as everybody does who ends what a person has.
    if ((await holdPerson(tx, actor.personId))?.enabled !== true) throw new Failure('login_needed')
    if (actor.sessionId !== undefined && !(await holdSession(tx, actor.sessionId))) throw new Failure('login_needed')
  }
  if (actor.tokenId !== undefined && !(await holdToken(tx, actor.tokenId))) throw new Failure('token_refused')
}
