import { setImmediate as nextTurn } from 'node:timers/promises'
import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { findAccount } from '../find-account.ts'
import { asMoment, asSeconds } from '../parse-flags.ts'
import type { CodeChoice } from '../present-code.ts'
import { accountPositional, type AgentFlags, jsonFlag, storeFlags } from '../store-flags.ts'
import { type AgentStore, openStore } from '../store/store.ts'
import { isCounting, takeAccount } from '../take-account.ts'

interface GetFlags extends AgentFlags, CodeChoice {
  readonly copy: boolean
  readonly osc52: boolean
  readonly remote: boolean
}

/** `watchword get [NAME]`: the code alone on standard output. */
export const getCommand = buildCommand<GetFlags, [string?], CliContext>({
  func: get,
  parameters: {
    flags: {
      next: { kind: 'boolean', default: false, withNegated: false, brief: 'The code after the present one' },
      wait: {
        kind: 'parsed',
        parse: asSeconds,
        optional: true,
        brief: 'Wait for the next code when this one ends in fewer seconds',
        placeholder: 'seconds',
      },
      at: {
        kind: 'parsed',
        parse: asMoment,
        optional: true,
        brief: 'The code of another moment: 2026-01-31T12:00:00Z or Unix seconds',
        placeholder: 'time',
      },
      copy: { kind: 'boolean', default: false, withNegated: false, brief: 'Copy the code, and clear it after a while' },
      osc52: { kind: 'boolean', default: false, withNegated: false, brief: 'Copy through the terminal (as over SSH)' },
      quiet: { kind: 'boolean', default: false, withNegated: false, brief: 'Say nothing on standard error' },
      remote: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: "An account of the team's vault, as team/NAME",
      },
      json: jsonFlag,
      ...storeFlags,
    },
    aliases: { c: 'copy', n: 'next', q: 'quiet', w: 'wait' },
    positional: accountPositional,
  },
  docs: { brief: 'Print the code of an account' },
})

async function get(this: CliContext, flags: GetFlags, typed?: string): Promise<void> {
  const store = openStore(this, flags)
  if (typed !== undefined && (flags.remote || typed.startsWith('team/'))) return getFromTeam(this, store, typed, flags)
  const name = await findAccount(this, store, typed)
  if (await isCounting(store, name)) refuseMoments(name, flags)
  await store.envelope()
  // What computes the code is loaded while gpg decrypts, which has started by the next turn: the one takes as long as the other.
  const [account, { chooseCode, printCode }] = await Promise.all([
    takeAccount(store, name),
    nextTurn().then(() => import('../present-code.ts')),
  ])
  const shown = await chooseCode(this, account, flags)
  if (store.settings.file.logReveals === true) await noteReveal(this, store, name)
  printCode(this, account, shown, flags)
  if (flags.copy || flags.osc52) await copyShown(this, store, shown.code, flags)
}

async function getFromTeam(context: CliContext, store: AgentStore, typed: string, flags: GetFlags): Promise<void> {
  const { getRemote } = await import('../remote/remote-commands.ts')
  const code = await getRemote(context, store, typed, flags)
  if (flags.copy || flags.osc52) await copyShown(context, store, code, flags)
}

/** A counter has no clock: what asks for another moment is refused before anything is counted. */
function refuseMoments(name: string, { next, at, wait }: GetFlags): void {
  if (!next && at === undefined && wait === undefined) return
  const reason = `${name} counts, so --next, --at and --wait mean nothing for it.`
  throw new Failure('agent_usage', { detail: { reason } })
}

async function copyShown(context: CliContext, store: AgentStore, code: string, flags: GetFlags): Promise<void> {
  const { copyCode } = await import('../clipboard/copy-code.ts')
  const afterSeconds = store.settings.clearClipboardAfterSeconds
  const told = await copyCode(code, { env: context.env, overTerminal: flags.osc52, afterSeconds })
  if (!flags.quiet) context.say(told)
}

async function noteReveal(context: CliContext, store: AgentStore, name: string): Promise<void> {
  const { appendReveal } = await import('../reveal-log.ts')
  await appendReveal(store.settings.paths.state, { atMs: context.now(), name, way: 'command line' })
}
