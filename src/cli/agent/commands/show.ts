import { buildCommand } from '@stricli/core'
import type { OtpAccount } from '../../../otp/account.ts'
import { encodeBase32 } from '../../../otp/base32.ts'
import type { CliContext } from '../../context.ts'
import { shownInLine } from '../shown.ts'
import { confirm } from '../confirm.ts'
import { findAccount } from '../find-account.ts'
import { accountPositional, type AgentFlags, jsonFlag, storeFlags, switchFlag } from '../store-flags.ts'
import { nameOf } from '../store/lines.ts'
import { openStore } from '../store/store.ts'

interface ShowFlags extends AgentFlags {
  readonly showSecret: boolean
  readonly yes: boolean
}

/** `watchword show NAME`: everything about an account, its secret only on request. */
export const showCommand = buildCommand<ShowFlags, [string?], CliContext>({
  func: show,
  parameters: {
    flags: {
      showSecret: switchFlag('Show the secret too'),
      yes: switchFlag('Do not ask before showing the secret'),
      json: jsonFlag,
      ...storeFlags,
    },
    aliases: { y: 'yes' },
    positional: accountPositional,
  },
  docs: { brief: 'Show what is stored about an account' },
})

async function show(this: CliContext, flags: ShowFlags, typed?: string): Promise<void> {
  const store = openStore(this, flags)
  const name = await findAccount(this, store, typed)
  if (flags.showSecret) await confirm(this, `Show the secret of ${name} on this screen?`, flags.yes)
  const facts = factsOf(await store.account(name), flags.showSecret)
  if (flags.json) return this.printJson(facts)
  for (const [key, value] of Object.entries(facts)) {
    const text = Array.isArray(value) ? value.join(', ') : String(value)
    if (text !== '') this.print(`${key}: ${shownInLine(text)}`)
  }
}

function factsOf(account: OtpAccount, withSecret: boolean): Record<string, unknown> {
  const { type, issuer, name: label, algorithm, digits, periodSeconds, counter, tags, note } = account
  const rhythm = type === 'hotp' ? { counter } : { periodSeconds }
  const secret = withSecret ? { secretBase32: encodeBase32(account.secret) } : {}
  const noted = note === undefined ? {} : { note }
  const secretBits = account.secret.length * 8
  return {
    name: nameOf(account),
    issuer,
    label,
    type,
    algorithm,
    digits,
    ...rhythm,
    secretBits,
    tags,
    ...noted,
    ...secret,
  }
}
