import { buildCommand } from '@stricli/core'
import { Failure, isFailure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { codeAt } from '../code-at.ts'
import { ensureStore } from '../ensure-store.ts'
import { readGivenFile } from '../private-file.ts'
import { fromImage, fromText, type NewAccount } from '../secret-input.ts'
import type { StoreFlags } from '../settings.ts'
import { defaultOptions, parseOptions } from '../simpleotp-options.ts'
import { asText, storeFlags, switchFlag, textFlag } from '../store-flags.ts'
import { checkName } from '../store/lines.ts'
import { openStore } from '../store/store.ts'
import { takeAccount } from '../take-account.ts'
import { insert, nameAccount } from './add.ts'

interface SimpleotpFlags extends StoreFlags {
  readonly command: 'list' | 'get' | 'add'
  readonly name?: string
  readonly options: string
  readonly mode: 'raw' | 'json'
  readonly force: boolean
}

/** simpleotp's command line, with its prompts and its answers: `--command get --name X --mode raw`. */
export const simpleotpCommand = buildCommand<SimpleotpFlags, [], CliContext>({
  func: simpleotp,
  parameters: {
    flags: {
      command: { kind: 'enum', values: ['list', 'get', 'add'], default: 'list', brief: 'What to do' },
      name: textFlag('The account', 'name'),
      options: {
        kind: 'parsed',
        parse: asText,
        default: defaultOptions,
        brief: 'How codes are made',
        placeholder: 'list',
      },
      mode: { kind: 'enum', values: ['raw', 'json'], default: 'json', brief: 'The code alone, or JSON' },
      force: switchFlag('Replace an account of the same name'),
      ...storeFlags,
    },
  },
  docs: { brief: "Answer as simpleotp's command line did" },
})

async function simpleotp(this: CliContext, flags: SimpleotpFlags): Promise<void> {
  if (flags.command === 'list') return list(this, flags)
  const { name } = flags
  if (name === undefined)
    throw new Failure('agent_usage', { detail: { reason: `Give --name with --command ${flags.command}.` } })
  return flags.command === 'get' ? get(this, flags, name) : add(this, flags, name)
}

async function list(context: CliContext, flags: SimpleotpFlags): Promise<void> {
  const names = (await openStore(context, flags).entries()).map(({ name }) => name)
  if (flags.mode === 'json') return context.printJson(names)
  for (const name of names) context.print(name)
}

async function get(context: CliContext, flags: SimpleotpFlags, name: string): Promise<void> {
  const store = openStore(context, flags)
  if (!(await store.entries()).some((entry) => entry.name === name)) {
    throw new Failure('agent_otp_not_found', { detail: { name } })
  }
  const shown = codeAt(await takeAccount(store, name), context.now())
  const saved = await saveToClipboard(context, shown.code, store.settings.clearClipboardAfterSeconds)
  if (flags.mode === 'raw') {
    if (saved) context.print('Saved to clipboard')
    return context.print(shown.code)
  }
  if (saved) context.say('Saved to clipboard')
  const timeleft = shown.validUntilMs === null ? null : (shown.validUntilMs - context.now()) / 1000
  context.printJson({ token: shown.code, timeleft })
}

/** The original only wrote a file; a real clipboard is used where there is one. */
async function saveToClipboard(context: CliContext, code: string, afterSeconds: number): Promise<boolean> {
  const { copyCode } = await import('../clipboard/copy-code.ts')
  try {
    await copyCode(code, { env: context.env, overTerminal: false, afterSeconds })
    return true
  } catch (cause) {
    if (isFailure(cause, 'agent_clipboard_missing') || isFailure(cause, 'agent_clipboard_terminal')) return false
    throw cause
  }
}

async function add(context: CliContext, flags: SimpleotpFlags, name: string): Promise<void> {
  checkName(name)
  const { account, warnings } = await askForAccount(context, settledBy(flags.options))
  const store = await ensureStore(context, flags)
  await store.change((accounts) => insert(accounts, nameAccount(account, name), flags.force))
  for (const warning of warnings) context.say(warning)
  context.print(`OTP SECRET SAVE OK ${name}`)
}

/** Options that are only the defaults settle nothing: a QR code's own digits and period count. */
function settledBy(options: string): ReturnType<typeof parseOptions> {
  return options === defaultOptions ? {} : parseOptions(options)
}

/** Asks as the original did: unseen on the terminal, or, without one, line by line from standard input. */
async function askForAccount(context: CliContext, settled: ReturnType<typeof parseOptions>): Promise<NewAccount> {
  const ask = context.canAsk() ? askHidden(context) : await answersFromInput(context)
  const mode = (await ask('Which mode you want add "qrcode" or "secret"')).trim()
  if (mode === 'secret') return fromText(await ask('Secret:'), settled)
  if (mode !== 'qrcode')
    throw new Failure('agent_usage', { detail: { reason: "wrong mode should be 'secret' or 'qrcode'" } })
  const path = (await ask('Imageqrcodepath:')).trim()
  return fromImage(await readGivenFile(context, path), path, settled)
}

type Ask = (text: string) => Promise<string>

function askHidden(context: CliContext): Ask {
  return (text) => context.ask({ text, asks: 'the account', instead: 'Pipe the answers in, one a line.' })
}

async function answersFromInput(context: CliContext): Promise<Ask> {
  const answers = (await context.readStdin()).toString().split('\n')
  return async () => answers.shift() ?? ''
}
