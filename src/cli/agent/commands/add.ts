import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import type { CliContext } from '../../context.ts'
import { newAccountFlags, type AccountFlags, assertSettled, settledBy } from '../account-flags.ts'
import { codeAt, secondsLeft } from '../code-at.ts'
import { ensureStore } from '../ensure-store.ts'
import { type NewAccount, readNewAccount, type SecretFlags } from '../secret-input.ts'
import { type AgentFlags, asText, jsonFlag, storeFlags } from '../store-flags.ts'
import { checkName, nameOf, tameName, withName } from '../store/lines.ts'
import { indexEntryOf } from '../store/name-index.ts'
import { type Edited, openStore } from '../store/store.ts'

interface AddFlags extends AgentFlags, AccountFlags, SecretFlags {
  readonly force: boolean
  readonly remote: boolean
}

/** `watchword add NAME`: store an account whose secret is typed unseen, piped in, or read from a QR code. */
export const addCommand = buildCommand<AddFlags, [string?], CliContext>({
  func: add,
  parameters: {
    flags: {
      secret: {
        kind: 'parsed',
        parse: asText,
        optional: true,
        brief: 'Read the Base32 secret from standard input',
        placeholder: '-',
      },
      uri: {
        kind: 'parsed',
        parse: asText,
        optional: true,
        brief: 'Read an otpauth URI from standard input',
        placeholder: '-',
      },
      qr: {
        kind: 'parsed',
        parse: asText,
        optional: true,
        brief: 'Read a QR code from an image (PNG, JPEG, GIF)',
        placeholder: 'file',
      },
      screen: { kind: 'boolean', default: false, withNegated: false, brief: 'Read a QR code from the screen' },
      force: { kind: 'boolean', default: false, withNegated: false, brief: 'Replace an account of the same name' },
      remote: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: "Add it to the team's vault, as team/NAME",
      },
      ...newAccountFlags,
      json: jsonFlag,
      ...storeFlags,
    },
    aliases: { f: 'force', i: 'issuer', a: 'account' },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'What to call the account', parse: asText, optional: true, placeholder: 'name' }],
    },
  },
  docs: {
    brief: 'Store an account',
    fullDescription:
      'Stores an account. Without --secret, --uri, --qr or --screen the secret is asked for on the terminal, unseen;\na whole otpauth URI may be pasted there too.',
  },
})

async function add(this: CliContext, flags: AddFlags, typed?: string): Promise<void> {
  if (typed !== undefined) checkName(typed)
  const settled = settledBy(flags)
  const given = await readNewAccount(this, flags, settled)
  assertSettled(given.account, settled)
  const isForTeam = flags.remote || typed?.startsWith('team/') === true
  if (isForTeam) return addToTeam(this, flags, typed ?? nameOf(given.account), given)
  const { account, warnings } = given
  const named = nameAccount(account, typed ?? (nameOf(account) === '' ? await askName(this) : undefined))
  const store = await ensureStore(this, flags)
  await store.change((accounts) => insert(accounts, named, flags.force))
  for (const warning of warnings) this.say(warning)
  if (flags.json) this.printJson(indexEntryOf(named))
  this.say(storedMessage(named, this.now()))
}

async function askName(context: CliContext): Promise<string> {
  const instead = 'Give it on the command line: `watchword add NAME`.'
  return checkName((await context.ask({ text: 'Name: ', asks: "the account's name", instead, echo: true })).trim())
}

async function addToTeam(context: CliContext, flags: AddFlags, name: string, given: NewAccount): Promise<void> {
  const { addRemote } = await import('../remote/remote-commands.ts')
  await addRemote(context, openStore(context, flags), name, flags.json, given)
}

/** An account under the name that was typed, or under the one it brings along. */
export function nameAccount(account: OtpAccount, typed: string | undefined): OtpAccount {
  if (typed === undefined) {
    if (nameOf(account) === '') throw new Failure('agent_name_wanted')
    return withName(account, tameName(nameOf(account)))
  }
  // Without an issuer or a label of its own, the name is the label that other authenticators will show.
  const labelled = account.issuer === '' && account.name === '' ? { ...account, name: typed } : account
  return withName(labelled, typed)
}

/**
 * The accounts with one more.
 *
 * @throws {@link Failure} `agent_name_taken` unless the account of the same name is to be replaced
 */
export function insert(accounts: readonly OtpAccount[], added: OtpAccount, replacing: boolean): Edited<void> {
  const name = nameOf(added)
  const others = accounts.filter((account) => nameOf(account) !== name)
  if (others.length < accounts.length && !replacing) throw new Failure('agent_name_taken', { detail: { name } })
  return { accounts: [...others, added], result: undefined }
}

function storedMessage(account: OtpAccount, nowMs: number): string {
  if (account.type === 'hotp') return `Stored ${nameOf(account)}. Its first code has the counter ${account.counter}.`
  const shown = codeAt(account, nowMs)
  return `Stored ${nameOf(account)}. Its code now is ${shown.code}, valid for ${secondsLeft(shown, nowMs)} s: compare it with the service.`
}
