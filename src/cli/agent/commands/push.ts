import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import { isRefusal } from '../../../client/failures.ts'
import type { Client } from '../../../client/client.ts'
import type { CliContext } from '../../context.ts'
import { exitCodes } from '../../exit-codes.ts'
import { confirm } from '../confirm.ts'
import { findAccount } from '../find-account.ts'
import { planPush, type PlannedPush, type PushResult } from '../remote/push-plan.ts'
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
  readonly result: PushResult | 'added' | 'duplicate' | 'failed' | 'not sent'
  readonly remark?: string
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
  const named: string[] = []
  for (const one of typed) named.push(await findAccount(this, store, one))
  const chosen = (await store.accounts()).filter(
    (account) => named.includes(nameOf(account)) || hasTag(account, flags.tag),
  )
  if (chosen.length === 0) throw new Failure('agent_account_not_found', { detail: { name: `#${flags.tag ?? ''}` } })
  const client = await teamClient(this, store)
  const planned = planPush(chosen, await readTeamAccounts(client))
  if (flags.dryRun) return showPlan(this, flags, planned)
  const leaving = planned.filter(({ result }) => result === 'new' || result === 'similar')
  const names = leaving.map(describe).join(', ')
  if (leaving.length > 0) await confirm(this, `Put ${names} into the team's vault?`, flags.yes)
  const pushed: Pushed[] = planned.filter((one) => !leaving.includes(one)).map(shown)
  try {
    await pushAll(client, leaving, pushed)
  } finally {
    tell(this, flags, pushed)
  }
  // Whoever named an account that stays out should not take it for handed over.
  if (pushed.some(({ result }) => result === 'differs')) this.setExitCode(exitCodes.partlyImported)
}

/** Pushes one after the other, up to the first that fails: what went before it is in the vault. */
async function pushAll(client: Client, leaving: readonly PlannedPush[], pushed: Pushed[]): Promise<void> {
  for (const [index, { account, name: failed }] of leaving.entries()) {
    try {
      pushed.push(await pushOne(client, account))
    } catch (cause) {
      const unsent = leaving.slice(index + 1).map(({ name }) => ({ name, result: 'not sent' }) as const)
      pushed.push({ name: failed, result: 'failed' }, ...unsent)
      throw cause
    }
  }
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

/** A dry run also says what it cannot know. */
function showPlan(context: CliContext, flags: PushFlags, planned: readonly PlannedPush[]): void {
  tell(context, flags, planned.map(shown))
  context.say(
    'Nothing was sent. Names, issuers and the kind of code were compared, not secrets: whether the vault holds one already shows only when it is sent.',
  )
}

function tell(context: CliContext, flags: PushFlags, pushed: readonly Pushed[]): void {
  if (flags.json) return context.printJson({ dryRun: flags.dryRun, accounts: pushed })
  for (const { name, result, remark = null } of pushed)
    context.print([result, name, ...(remark === null ? [] : [remark])].join('\t'))
}

function shown({ name, result, remark }: PlannedPush): Pushed {
  return { name, result, ...(remark === null ? {} : { remark }) }
}

function describe({ name, remark }: PlannedPush): string {
  return remark === null ? name : `${name} (${remark})`
}

function hasTag(account: OtpAccount, tag: string | undefined): boolean {
  return tag !== undefined && account.tags.includes(tag)
}
