import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import { completeAccount, type OtpAccount } from '../../../otp/account.ts'
import type { CliContext } from '../../context.ts'
import { type AccountFlags, assertSettled, changedAccountFlags, settledBy } from '../account-flags.ts'
import { findAccount } from '../find-account.ts'
import { replaceAccount } from '../replace-account.ts'
import { accountPositional, type AgentFlags, jsonFlag, storeFlags } from '../store-flags.ts'
import { withName } from '../store/lines.ts'
import { indexEntryOf } from '../store/name-index.ts'
import { openStore } from '../store/store.ts'

interface EditFlags extends AgentFlags, AccountFlags {}

/** `watchword edit NAME --digits 8`: change anything but the secret and the name. */
export const editCommand = buildCommand<EditFlags, [string?], CliContext>({
  func: edit,
  parameters: {
    flags: { ...changedAccountFlags, json: jsonFlag, ...storeFlags },
    aliases: { i: 'issuer', a: 'account' },
    positional: accountPositional,
  },
  docs: {
    brief: 'Change issuer, label, digits, period, algorithm, counter, tags or note',
    fullDescription: 'Changes what the flags name; everything else stays as it is. Tags replace those before.',
  },
})

async function edit(this: CliContext, flags: EditFlags, typed?: string): Promise<void> {
  const settled = settledBy(flags)
  if (Object.keys(settled).length === 0) {
    throw new Failure('agent_usage', {
      detail: { reason: 'Say what to change, for example --digits 8 or --issuer GitHub.' },
    })
  }
  const store = openStore(this, flags)
  const name = await findAccount(this, store, typed)
  const edited = await store.change((accounts) =>
    replaceAccount(accounts, name, (account) => changed(account, settled, name)),
  )
  if (flags.json) this.printJson(indexEntryOf(edited))
  this.say(`Changed ${name}.`)
}

/** The name people type stays, even where it was made of the old issuer and label. */
function changed(account: OtpAccount, settled: Partial<OtpAccount>, name: string): OtpAccount {
  const completed = completeAccount({ ...account, ...settled })
  assertSettled(completed, settled)
  return withName(completed, name)
}
