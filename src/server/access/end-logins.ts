import type { Tx } from '../database/storage.ts'
import type { AccessContext } from './context.ts'
import { refuseConfirmed } from './device/store.ts'
import { endTickets } from './one-time.ts'
import type { SessionKind } from './sessions/store.ts'

/**
 * Ends every session of a person but one, or those of one kind, and what was begun to become one: a passkey that is
 * still to be shown, a command that was let in and has not fetched its token. Answers the sessions that ended.
 */
export async function endLogins(
  { sessions }: Pick<AccessContext, 'sessions'>,
  tx: Tx,
  whose: { readonly personId: string; readonly exceptId?: string | undefined; readonly kind?: SessionKind },
) {
  await endTickets(tx, whose.personId)
  await refuseConfirmed(tx, whose.personId)
  return sessions.end(tx, whose)
}
