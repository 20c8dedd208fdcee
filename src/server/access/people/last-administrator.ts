import { Failure } from '../../../errors/failure.ts'
import type { Tx } from '../../database/storage.ts'
import { activeAdministratorIds } from './store.ts'

/**
 * Runs a change and refuses it when it takes the last administrator away. Where there was none before (only the
 * root token, or all rights at the provider) there is nothing to lose.
 *
 * @throws {@link Failure} `last_administrator`
 */
export async function keepingAnAdministrator(tx: Tx, change: () => Promise<void>): Promise<void> {
  const before = await activeAdministratorIds(tx)
  await change()
  if (before.length === 0) return
  const after = await activeAdministratorIds(tx)
  if (after.length === 0) throw new Failure('last_administrator')
}
