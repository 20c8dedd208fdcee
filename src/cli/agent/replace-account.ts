import { Failure } from '../../errors/failure.ts'
import type { OtpAccount } from '../../otp/account.ts'
import { nameOf } from './store/lines.ts'
import type { Edited } from './store/store.ts'

/**
 * The accounts with one of them changed, in its old place.
 *
 * @throws {@link Failure} `agent_account_not_found`; `agent_new_name_taken` when its new name is another account's
 */
export function replaceAccount(
  accounts: readonly OtpAccount[],
  name: string,
  change: (account: OtpAccount) => OtpAccount,
): Edited<OtpAccount> {
  const index = accounts.findIndex((account) => nameOf(account) === name)
  const found = accounts[index]
  if (found === undefined) throw new Failure('agent_account_not_found', { detail: { name } })
  const changed = change(found)
  const isTaken = accounts.some((account, at) => at !== index && nameOf(account) === nameOf(changed))
  if (isTaken) throw new Failure('agent_new_name_taken', { detail: { name: nameOf(changed) } })
  return { accounts: accounts.with(index, changed), result: changed }
}
