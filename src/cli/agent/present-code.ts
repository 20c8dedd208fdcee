import { setTimeout as sleep } from 'node:timers/promises'
import type { OtpAccount } from '../../otp/account.ts'
import type { CliContext } from '../context.ts'
import { codeAt, secondsLeft, type ShownCode } from './code-at.ts'
import { nameOf } from './store/lines.ts'

/** Which code of an account is wanted, and how it is told. */
export interface CodeChoice {
  readonly next: boolean
  /** Wait for the next code when the present one ends in fewer seconds. */
  readonly wait?: number
  /** Another moment, in Unix milliseconds. */
  readonly at?: number
  readonly quiet: boolean
  readonly json: boolean
}

/** The code somebody asked for; waits for it where that was asked too. */
export async function chooseCode(context: CliContext, account: OtpAccount, flags: CodeChoice): Promise<ShownCode> {
  const present = codeAt(account, flags.at ?? context.now())
  if (flags.next) return codeAt(account, present.validUntilMs ?? context.now())
  const left = secondsLeft(present, context.now())
  if (flags.at !== undefined || left === null || left >= (flags.wait ?? 0)) return present
  if (!flags.quiet) context.say(`Waiting ${left} s for the next code.`)
  await sleep((present.validUntilMs ?? 0) - context.now())
  return codeAt(account, context.now())
}

/** Prints the code alone, or all about it as JSON; on a terminal its lifetime is said beside it. */
export function printCode(context: CliContext, account: OtpAccount, shown: ShownCode, flags: CodeChoice): void {
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
