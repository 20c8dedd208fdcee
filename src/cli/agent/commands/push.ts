import { buildCommand } from '@stricli/core'
import type { Account } from '../../../api/accounts.ts'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import { isRefusal } from '../../../client/failures.ts'
import type { Client } from '../../../client/client.ts'
import type { CliContext } from '../../context.ts'
import { confirm } from '../confirm.ts'
import { findAccount } from '../find-account.ts'
import { addTeamAccount, readTeamAccounts } from '../remote/team-accounts.ts'
import { teamClient } from '../remote/team-client.ts'
import { accountParameter, type AgentFlags, jsonFlag, storeFlags, switchFlag, textFlag } from '../store-flags.ts'
import { nameOf } from '../store/lines.ts'
import { openStore } from '../store/store.ts'

interface PushFlags extends AgentFlags {
  readonly dryRun: boolean
  readonly tag?: string
  readonly yes: boolean
}

/** What becomes of one account. */
interface Pushed {
  readonly name: string
  readonly result: 'new' | 'known' | 'added' | 'duplicate'
}

/** `watchword push NAME...`: hand accounts to the team. Only those that are named, or carry the tag, ever leave. */
export const pushCommand = buildCommand<PushFlags, string[], CliContext>({
  func: push,
  parameters: {
    flags: {
      dryRun: switchFlag('Show what would happen; no secret leaves this computer'),
      tag: textFlag('The accounts with this tag', 'tag'),
      yes: switchFlag('Do not ask'),
      json: jsonFlag,
      ...storeFlags,
    },
    aliases: { y: 'yes', n: 'dryRun' },
    positional: { kind: 'array', parameter: accountParameter },
  },
  docs: {
    brief: "Put accounts of yours into the team's vault",
    fullDescription: 'The accounts stay here too. The vault gives codes back, never the secret.',
  },
})

async function push(this: CliContext, flags: PushFlags, ...typed: string[]): Promise<void> {
  if (typed.length === 0 && flags.tag === undefined) {
    throw new Failure('agent_usage', {
      detail: { reason: 'Name the accounts to push, or give --tag. Nothing else ever leaves.' },
    })
  }
  const store = openStore(this, flags)
  const names: string[] = []
  for (const one of typed) names.push(await findAccount(this, store, one))
  const chosen = (await store.accounts()).filter(
    (account) => names.includes(nameOf(account)) || hasTag(account, flags.tag),
  )
  if (chosen.length === 0) throw new Failure('agent_account_not_found', { detail: { name: `#${flags.tag ?? ''}` } })
  const client = await teamClient(this, store)
  const known = await readTeamAccounts(client)
  const planned = chosen.map(
    (account) => ({ name: nameOf(account), result: isKnown(account, known) ? 'known' : 'new' }) as const,
  )
  if (flags.dryRun) return tell(this, flags, planned)
  const leaving = chosen.filter((account) => !isKnown(account, known))
  if (leaving.length > 0) await confirm(this, `Put ${leaving.map(nameOf).join(', ')} into the team's vault?`, flags.yes)
  const pushed: Pushed[] = planned.filter(({ result }) => result === 'known')
  for (const account of leaving) pushed.push(await pushOne(client, account))
  tell(this, flags, pushed)
}

async function pushOne(client: Client, account: OtpAccount): Promise<Pushed> {
  try {
    await addTeamAccount(client, account, nameOf(account))
    return { name: nameOf(account), result: 'added' }
  } catch (cause) {
    // The vault alone can see that it holds the same secret under another name.
    if (isRefusal(cause) && cause.status === 409) return { name: nameOf(account), result: 'duplicate' }
    throw cause
  }
}

function tell(context: CliContext, flags: PushFlags, pushed: readonly Pushed[]): void {
  if (flags.json) return context.printJson({ dryRun: flags.dryRun, accounts: pushed })
  for (const { name, result } of pushed) context.print(`${result}\t${name}`)
}

function hasTag(account: OtpAccount, tag: string | undefined): boolean {
  return tag !== undefined && account.tags.includes(tag)
}

function isKnown(account: OtpAccount, known: readonly Account[]): boolean {
  return known.some(({ label }) => label === nameOf(account))
}
