import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { confirm } from '../confirm.ts'
import { findAccount } from '../find-account.ts'
import { accountPositional, type AgentFlags, jsonFlag, storeFlags, switchFlag } from '../store-flags.ts'
import { nameOf } from '../store/lines.ts'
import { openStore } from '../store/store.ts'

interface RemoveFlags extends AgentFlags {
  readonly yes: boolean
}

/** `watchword rm NAME`: forget an account; the store's backup still holds it until the next change. */
export const rmCommand = buildCommand<RemoveFlags, [string?], CliContext>({
  func: remove,
  parameters: {
    flags: { yes: switchFlag('Do not ask'), json: jsonFlag, ...storeFlags },
    aliases: { y: 'yes' },
    positional: accountPositional,
  },
  docs: { brief: 'Remove an account' },
})

async function remove(this: CliContext, flags: RemoveFlags, typed?: string): Promise<void> {
  const store = openStore(this, flags)
  const name = await findAccount(this, store, typed)
  await confirm(this, `Remove ${name}? Without its secret you may be locked out of the service.`, flags.yes)
  await store.change((accounts) => {
    const kept = accounts.filter((account) => nameOf(account) !== name)
    // Another command may have been first while the question stood.
    if (kept.length === accounts.length) throw new Failure('agent_account_not_found', { detail: { name } })
    return { accounts: kept, result: undefined }
  })
  if (flags.json) this.printJson({ removed: name })
  this.say(`Removed ${name}. The version before is ${store.path}.bak until the next change.`)
}
