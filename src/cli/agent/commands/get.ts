import { setTimeout as sleep } from 'node:timers/promises'
import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import type { CliContext } from '../../context.ts'
import { codeAt, secondsLeft, type ShownCode } from '../code-at.ts'
import { findAccount } from '../find-account.ts'
import { asMoment, asSeconds } from '../parse-flags.ts'
import { accountPositional, type AgentFlags, jsonFlag, storeFlags } from '../store-flags.ts'
import { nameOf } from '../store/lines.ts'
import { type AgentStore, openStore } from '../store/store.ts'

interface GetFlags extends AgentFlags {
  readonly next: boolean
  readonly wait?: number
  readonly at?: number
  readonly copy: boolean
  readonly osc52: boolean
  readonly quiet: boolean
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
  const name = await findAccount(this, store, typed)
  if (await isCounting(store, name)) refuseMoments(name, flags)
  const account = await takeAccount(store, name)
  const shown = await chooseCode(this, account, flags)
  if (store.settings.file.logReveals === true) await noteReveal(this, store, name)
  printCode(this, account, shown, flags)
  if (flags.copy || flags.osc52) await copyShown(this, store, shown, flags)
}

/** A counter has no clock: what asks for another moment is refused before anything is counted. */
function refuseMoments(name: string, { next, at, wait }: GetFlags): void {
  if (!next && at === undefined && wait === undefined) return
  const reason = `${name} counts, so --next, --at and --wait mean nothing for it.`
  throw new Failure('agent_usage', { detail: { reason } })
}

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

async function isCounting(store: AgentStore, name: string): Promise<boolean> {
  return (await store.entries()).some((entry) => entry.name === name && entry.type === 'hotp')
}

async function chooseCode(context: CliContext, account: OtpAccount, flags: GetFlags): Promise<ShownCode> {
  const present = codeAt(account, flags.at ?? context.now())
  if (flags.next) return codeAt(account, present.validUntilMs ?? context.now())
  const left = secondsLeft(present, context.now())
  if (flags.at !== undefined || left === null || left >= (flags.wait ?? 0)) return present
  if (!flags.quiet) context.say(`Waiting ${left} s for the next code.`)
  await sleep((present.validUntilMs ?? 0) - context.now())
  return codeAt(account, context.now())
}

function printCode(context: CliContext, account: OtpAccount, shown: ShownCode, flags: GetFlags): void {
  const left = secondsLeft(shown, context.now())
  if (flags.json) {
    const { validFromMs, validUntilMs, counter, code } = shown
    const times = counter === null ? { validFromMs, validUntilMs, secondsLeft: left } : { counter }
    return context.printJson({ name: nameOf(account), code, ...times })
  }
  context.print(shown.code)
  if (!flags.quiet && context.stderr.isTerminal && flags.at === undefined)
    context.say(lifetime(account, shown, context.now()))
}

function lifetime(account: OtpAccount, { validFromMs, validUntilMs, counter }: ShownCode, nowMs: number): string {
  if (validFromMs === null || validUntilMs === null) return `${nameOf(account)}, counter ${counter}`
  if (validFromMs > nowMs) return `${nameOf(account)}, valid in ${Math.ceil((validFromMs - nowMs) / 1000)} s`
  return `${nameOf(account)}, valid for ${Math.ceil((validUntilMs - nowMs) / 1000)} s`
}

async function copyShown(context: CliContext, store: AgentStore, shown: ShownCode, flags: GetFlags): Promise<void> {
  const { copyCode } = await import('../clipboard/copy-code.ts')
  const afterSeconds = store.settings.clearClipboardAfterSeconds
  const told = await copyCode(shown.code, { env: context.env, overTerminal: flags.osc52, afterSeconds })
  if (!flags.quiet) context.say(told)
}

async function noteReveal(context: CliContext, store: AgentStore, name: string): Promise<void> {
  const { appendReveal } = await import('../reveal-log.ts')
  await appendReveal(store.settings.paths.state, { atMs: context.now(), name, way: 'command line' })
}
