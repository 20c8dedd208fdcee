import { Failure } from '../../errors/failure.ts'
import type { OtpAccount } from '../../otp/account.ts'
import { nameOf } from './store/lines.ts'
import type { AgentStore } from './store/store.ts'

/** The account, after its counter is saved where it has one: a counter printed before it is saved could come twice. */
export async function takeAccount(store: AgentStore, name: string): Promise<OtpAccount> {
  if (!(await isCounting(store, name))) return store.account(name)
  return store.change((accounts) => {
    const taken = accounts.find((account) => nameOf(account) === name)
    if (taken === undefined) throw new Failure('agent_account_not_found', { detail: { name } })
    const counted = { ...taken, counter: taken.counter + 1 }
    return { accounts: accounts.map((account) => (account === taken ? counted : account)), result: taken }
  })
}

/** Whether an account makes its codes from a counter; known without opening the store. */
export async function isCounting(store: AgentStore, name: string): Promise<boolean> {
  return (await store.entries()).some((entry) => entry.name === name && entry.type === 'hotp')
}
