import { setTimeout as sleep } from 'node:timers/promises'
import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import type { CliContext } from '../../context.ts'
import { codeAt, secondsLeft } from '../code-at.ts'
import { cutTo, fitTo, isPlainTerminal, widthOf } from '../display-width.ts'
import { findAccount } from '../find-account.ts'
import { accountParameter, type AgentFlags, jsonFlag, storeFlags, switchFlag } from '../store-flags.ts'
import { nameOf } from '../store/lines.ts'
import { openStore } from '../store/store.ts'

interface WatchFlags extends AgentFlags {
  readonly copy: boolean
}

/** `watchword watch [NAME...]`: codes with a countdown, until Ctrl-C. */
export const watchCommand = buildCommand<WatchFlags, string[], CliContext>({
  func: watch,
  parameters: {
    flags: { copy: switchFlag('Copy each new code of the one account'), json: jsonFlag, ...storeFlags },
    aliases: { c: 'copy' },
    positional: { kind: 'array', parameter: { ...accountParameter, brief: 'Accounts (default all)' } },
  },
  docs: { brief: 'Show codes with a countdown' },
})

async function watch(this: CliContext, flags: WatchFlags, ...typed: string[]): Promise<void> {
  const store = openStore(this, flags)
  const names: string[] = []
  for (const one of typed) names.push(await findAccount(this, store, one))
  const accounts = (await store.accounts()).filter((account) => names.length === 0 || names.includes(nameOf(account)))
  const timed = accounts.filter(({ type }) => type !== 'hotp')
  if (timed.length === 0) throw new Failure('agent_store_empty')
  if (flags.copy && timed.length !== 1) {
    throw new Failure('agent_usage', { detail: { reason: 'Name the one account whose codes are to be copied.' } })
  }
  await (this.stdout.isTerminal && !flags.json ? showLive(this, timed, flags) : printChanges(this, timed, flags))
}

/** Redraws the codes each second; the cursor comes back however it ends. */
async function showLive(context: CliContext, accounts: readonly OtpAccount[], flags: WatchFlags): Promise<void> {
  const { stdout } = context
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const copied = copier(context, flags)
  stdout.write('\u001b[?25l')
  try {
    while (!stop.signal.aborted) {
      const nowMs = context.now()
      const [rows, columns] = [process.stdout.rows ?? 24, process.stdout.columns ?? 80]
      const lines = liveLines(accounts, nowMs, { rows: rows - 1, columns, isPlain: isPlainTerminal(context.env) })
      stdout.write(`${lines.map((line) => `\r\u001b[2K${line}\n`).join('')}`)
      await copied(accounts, nowMs)
      await sleep(1000 - (context.now() % 1000), undefined, { signal: stop.signal }).catch(() => {})
      if (!stop.signal.aborted) stdout.write(`\u001b[${lines.length}A`)
    }
  } finally {
    stdout.write('\u001b[?25h')
  }
  throw new Failure('agent_watch_ended')
}

/**
 * The picture of one second: a line for each account, none longer than the terminal is wide, or it would take two of
 * its rows and the next picture begin too low. What finds no room is counted in the last one.
 */
export function liveLines(
  accounts: readonly OtpAccount[],
  nowMs: number,
  { rows, columns, isPlain = false }: Screen,
): string[] {
  const isAll = accounts.length <= rows
  const seen = accounts.slice(0, isAll ? accounts.length : Math.max(1, rows - 1))
  const longest = Math.max(...seen.map((account) => widthOf(nameOf(account))))
  const width = Math.min(longest, Math.max(shortestName, columns - besideName))
  const signs = isPlain ? plainSigns : blockSigns
  const lines = seen.map((account) => cutTo(liveLine(account, nowMs, width, signs), columns - 1, signs.cut))
  return isAll ? lines : [...lines, `and ${accounts.length - seen.length} more`.slice(0, columns - 1)]
}

/** The terminal a picture is for. */
interface Screen {
  readonly rows: number
  readonly columns: number
  /** Whether it knows nothing but ASCII. */
  readonly isPlain?: boolean
}

interface BarSigns {
  readonly full: string
  readonly empty: string
  readonly cut: string
}

const blockSigns: BarSigns = { full: '█', empty: '·', cut: '…' }
const plainSigns: BarSigns = { full: '#', empty: '.', cut: '~' }

/** Columns of the code, the bar and the seconds, with what is between. */
const besideName = 29
const shortestName = 8

function liveLine(account: OtpAccount, nowMs: number, width: number, { full, empty, cut }: BarSigns): string {
  const shown = codeAt(account, nowMs)
  const left = secondsLeft(shown, nowMs) ?? 0
  const cells = Math.ceil((left / account.periodSeconds) * 10)
  const name = fitTo(nameOf(account), width, cut)
  return `${name}  ${shown.code.padEnd(8)}  ${full.repeat(cells).padEnd(10, empty)} ${left} s`
}

/** Without a terminal: a line for each new code, for other programs to read. */
async function printChanges(context: CliContext, accounts: readonly OtpAccount[], flags: WatchFlags): Promise<void> {
  const last = new Map<OtpAccount, number | null>()
  const copied = copier(context, flags)
  for (;;) {
    const nowMs = context.now()
    for (const account of accounts) {
      const { code, validFromMs, validUntilMs } = codeAt(account, nowMs)
      if (last.get(account) === validFromMs) continue
      last.set(account, validFromMs)
      if (flags.json) context.printJson({ name: nameOf(account), code, validFromMs, validUntilMs })
      else context.print(`${nameOf(account)}\t${code}`)
    }
    await copied(accounts, nowMs)
    const ends = accounts.map((account) => codeAt(account, nowMs).validUntilMs ?? nowMs)
    await sleep(Math.max(1, Math.min(...ends) - context.now()))
  }
}

/** Copies the code of the one account whenever it is a new one. */
function copier(
  context: CliContext,
  flags: WatchFlags,
): (accounts: readonly OtpAccount[], nowMs: number) => Promise<void> {
  let last = ''
  return async ([account], nowMs) => {
    if (!flags.copy || account === undefined) return
    const { code } = codeAt(account, nowMs)
    if (code === last) return
    last = code
    const { copyCode } = await import('../clipboard/copy-code.ts')
    await copyCode(code, { env: context.env, overTerminal: false, afterSeconds: account.periodSeconds })
    if (!context.stdout.isTerminal) context.say(`Copied the code of ${nameOf(account)}.`)
  }
}
