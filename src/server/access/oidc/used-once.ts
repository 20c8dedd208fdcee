import { Failure } from '../../../errors/failure.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Tx } from '../../database/storage.ts'
import { type AccessContext, nowMs } from '../context.ts'
import { keepOnce } from '../one-time.ts'
import { inFlightForMs, type LoginInFlight } from './login-in-flight.ts'

/**
 * Notes that something of a provider's was used, on whichever server.
 *
 * @param livesMs - how long it could be used at most; it is remembered for as long as that
 * @throws {@link Failure} `sign_on_refused` when it was used before
 */
export async function refuseSecondUse(
  context: AccessContext,
  tx: Tx,
  kind: 'logout-token' | 'sign-on-state',
  token: string,
  livesMs: number,
): Promise<void> {
  try {
    await keepOnce(tx, kind, {}, { nowMs: nowMs(context), livesMs, token })
  } catch (error) {
    if (isDuplicate(error)) throw new Failure('sign_on_refused')
    throw error
  }
}

/**
 * Lets each login come back once, whatever the provider makes of a code that it sees again. Asked when all else is
 * right, so that a provider that was away may be asked again.
 *
 * @throws {@link Failure} `sign_on_refused`
 */
export async function refuseSecondReturn(context: AccessContext, tx: Tx, { state }: LoginInFlight): Promise<void> {
  await refuseSecondUse(context, tx, 'sign-on-state', state, 2 * inFlightForMs)
}
