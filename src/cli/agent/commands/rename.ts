import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { findAccount } from '../find-account.ts'
import { replaceAccount } from '../replace-account.ts'
import { accountParameter, type AgentFlags, asText, jsonFlag, storeFlags } from '../store-flags.ts'
import { checkName, withName } from '../store/lines.ts'
import { indexEntryOf } from '../store/name-index.ts'
import { openStore } from '../store/store.ts'

/** `watchword rename OLD NEW`: another name; issuer and label stay. */
export const renameCommand = buildCommand<AgentFlags, [string, string], CliContext>({
  func: rename,
  parameters: {
    flags: { json: jsonFlag, ...storeFlags },
    positional: {
      kind: 'tuple',
      parameters: [accountParameter, { brief: 'Its new name', parse: asText, placeholder: 'new-name' }],
    },
  },
  docs: { brief: 'Give an account another name' },
})

async function rename(this: CliContext, flags: AgentFlags, typed: string, newName: string): Promise<void> {
  checkName(newName)
  const store = openStore(this, flags)
  const name = await findAccount(this, store, typed)
  const renamed = await store.change((accounts) =>
    replaceAccount(accounts, name, (account) => withName(account, newName)),
  )
  if (flags.json) this.printJson(indexEntryOf(renamed))
  this.say(`${name} is now ${newName}.`)
}
