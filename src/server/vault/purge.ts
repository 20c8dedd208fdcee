import type { OperatorActor } from '../http/actor.ts'
import { accountEvent } from './account-access.ts'
import { removeBatchesBefore } from './candidate-store.ts'
import { previewMs } from './candidates.ts'
import { removeEndedGrants } from './grant-store.ts'
import { removeOldLeases } from './lease-store.ts'
import { undoMsOf, type VaultRoom } from './room.ts'
import { dropPreviousSecrets, findDeletedBefore, removeAccount } from './store.ts'

/** Who the audit names for what the server does by itself. */
const server: OperatorActor = { kind: 'operator', name: 'server', address: '' }

/** Removes what can no longer come back: deleted accounts, replaced secrets, ended grants, old leases. */
export async function purgeVault(room: VaultRoom): Promise<void> {
  const { storage, audit, services } = room.core
  const undoMs = await undoMsOf(room)
  await storage.transaction(async (tx) => {
    const nowMs = services.clock.nowMs()
    for (const account of await findDeletedBefore(tx, nowMs - undoMs)) {
      await removeAccount(tx, account.id)
      await audit.append(tx, [accountEvent(server, 'account.purge', account)])
    }
    await dropPreviousSecrets(tx, nowMs)
    await removeEndedGrants(tx, nowMs)
    await removeOldLeases(tx, nowMs)
    await removeBatchesBefore(tx, nowMs - previewMs)
  })
}
