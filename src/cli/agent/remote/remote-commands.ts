import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import type { CodeChoice } from '../present-code.ts'
import type { AgentStore } from '../store/store.ts'
import type { NewAccount } from '../secret-input.ts'
import { addTeamAccount, findTeamAccount, readTeamAccounts, revealTeamCode } from './team-accounts.ts'
import { teamClient, withoutTeamPrefix } from './team-client.ts'

/** `list --remote`: the accounts of the team's vault. */
export async function listRemote(
  context: CliContext,
  store: AgentStore,
  flags: { json: boolean },
  text?: string,
): Promise<void> {
  const accounts = await readTeamAccounts(await teamClient(context, store), text)
  if (flags.json) return context.printJson({ items: accounts })
  for (const { label } of accounts) context.print(`team/${label}`)
  if (accounts.length === 0) context.say('The vault shows you no such account.')
}

/** `get team/NAME`: a code of the team's vault. The secret stays there. @returns the code */
export async function getRemote(
  context: CliContext,
  store: AgentStore,
  typed: string,
  flags: CodeChoice,
): Promise<string> {
  if (flags.at !== undefined)
    throw new Failure('agent_usage', { detail: { reason: 'The vault gives codes of the present only, not --at.' } })
  const client = await teamClient(context, store)
  const account = await findTeamAccount(client, withoutTeamPrefix(typed))
  const answer = await revealTeamCode(client, account, {
    ...(flags.wait === undefined ? {} : { minSeconds: flags.wait }),
    ...(flags.next ? { next: true } : {}),
  })
  const shown = flags.next ? answer.next : answer
  if (shown === undefined) throw new Failure('agent_next_too_early')
  const { code, step, validFromMs, validUntilMs } = shown
  // The server's clock counts: ours may be off.
  const secondsLeft = Math.max(0, Math.ceil((validUntilMs - answer.serverTimeMs) / 1000))
  const times = account.type === 'hotp' ? { counter: step } : { validFromMs, validUntilMs, secondsLeft }
  if (flags.json) context.printJson({ name: `team/${account.label}`, code, ...times })
  else context.print(code)
  if (!flags.quiet) {
    if (!flags.json && context.stderr.isTerminal && account.type !== 'hotp')
      context.say(`${account.label}, valid for ${secondsLeft} s`)
    const { lease } = answer
    if (lease !== undefined && !lease.mine)
      context.say(`${lease.holder} has this code too, and the service takes it once.`)
  }
  return code
}

/** `add team/NAME`: an account for the team. */
export async function addRemote(
  context: CliContext,
  store: AgentStore,
  typed: string,
  json: boolean,
  { account, warnings }: NewAccount,
): Promise<void> {
  const label = withoutTeamPrefix(typed)
  const added = await addTeamAccount(await teamClient(context, store), account, label)
  for (const warning of warnings) context.say(warning)
  if (json) context.printJson(added)
  context.say(`Added ${label} to the team's vault. Codes come back from it, the secret does not.`)
}
