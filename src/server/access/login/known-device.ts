import type { AccessContext } from '../context.ts'
import { nowMs } from '../context.ts'
import { personByUsername } from '../people/store.ts'
import { usernameKey } from '../people/usernames.ts'
import { isKnownSource } from './login-budget.ts'
import { sourceHashes } from './login.ts'
import { readBudgets } from './store.ts'

/**
 * Whether somebody logged in from this device lately. Such a login has a budget of its own, so whoever shares its address
 * may use up what the address has without shutting it out (T22).
 */
export async function isDeviceOf(
  context: AccessContext,
  username: string,
  { address, device }: { readonly address: string; readonly device?: string | undefined },
): Promise<boolean> {
  if (device === undefined) return false
  const person = await personByUsername(context.storage.db, usernameKey(username))
  const budgets = await readBudgets(context.storage.db, person?.id ?? '', sourceHashes(context, address, device))
  return isKnownSource(budgets.device, nowMs(context))
}
