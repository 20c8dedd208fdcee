import { buildCommand } from '@stricli/core'
import { formatOtpauthUri } from '../../../otp/otpauth-uri.ts'
import type { CliContext } from '../../context.ts'
import { confirm } from '../confirm.ts'
import { findAccount } from '../find-account.ts'
import { accountPositional, type AgentFlags, jsonFlag, storeFlags, switchFlag } from '../store-flags.ts'
import { withoutOwnName } from '../store/lines.ts'
import { openStore } from '../store/store.ts'

interface UriFlags extends AgentFlags {
  readonly yes: boolean
}

/** `watchword uri NAME`: the otpauth URI, which holds the secret. */
export const uriCommand = buildCommand<UriFlags, [string?], CliContext>({
  func: uri,
  parameters: {
    flags: { yes: switchFlag('Do not ask before showing the secret'), json: jsonFlag, ...storeFlags },
    aliases: { y: 'yes' },
    positional: accountPositional,
  },
  docs: { brief: 'Print the otpauth URI of an account, with its secret' },
})

async function uri(this: CliContext, flags: UriFlags, typed?: string): Promise<void> {
  const store = openStore(this, flags)
  const name = await findAccount(this, store, typed)
  await confirm(this, `Print the secret of ${name}?`, flags.yes)
  const text = formatOtpauthUri(withoutOwnName(await store.account(name)))
  if (flags.json) this.printJson({ name, uri: text })
  else this.print(text)
}
