import { Failure } from '../../errors/failure.ts'
import { type Algorithm, type OtpAccount, type OtpType, parseAlgorithm } from '../../otp/account.ts'
import { asWholeNumber } from './parse-flags.ts'
import { parseOptions } from './simpleotp-options.ts'
import { asText } from './store-flags.ts'

/** What `add` and `edit` may say about an account, besides its secret. */
export interface AccountFlags {
  readonly issuer?: string
  readonly account?: string
  readonly type?: OtpType
  readonly algorithm?: Algorithm
  readonly digits?: number
  readonly period?: number
  readonly counter?: number
  readonly tag?: readonly string[]
  readonly note?: string
  readonly options?: string
}

const text = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: asText, optional: true, brief, placeholder }) as const
const number = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: asWholeNumber, optional: true, brief, placeholder }) as const

/** @param unless - what is said of the value that counts where the flag is not given */
const flagsFor = (unless: (value: string | number) => string) =>
  ({
    issuer: text('Who issued the account, such as GitHub', 'issuer'),
    account: text('Whose account it is, such as alice@example.com', 'label'),
    type: {
      kind: 'enum',
      values: ['totp', 'hotp', 'steam'],
      optional: true,
      brief: `How codes are made${unless('totp')}`,
    },
    algorithm: {
      kind: 'parsed',
      parse: parseAlgorithm,
      optional: true,
      brief: `SHA1, SHA256 or SHA512${unless('SHA1')}`,
      placeholder: 'hash',
    },
    digits: number(`Digits of a code, 4 to 10${unless(6)}`, 'n'),
    period: number(`Seconds a code is good for${unless(30)}`, 'seconds'),
    counter: number(`The next counter of a hotp account${unless(0)}`, 'n'),
    tag: { kind: 'parsed', parse: asText, optional: true, variadic: ',', brief: 'Tags', placeholder: 'tag' },
    note: text('A note', 'text'),
    options: text("simpleotp's way: digits=6,digest=None,name=None,issuer=None,interval=30", 'list'),
  }) as const

/** The flags of {@link AccountFlags} for a new account. */
export const newAccountFlags = flagsFor((value) => ` (default ${value})`)

/** The same for an account that is there: what is not given stays. */
export const changedAccountFlags = flagsFor(() => '')

/** The parts of an account that the flags settle; a flag of its own wins over `--options`. */
export function settledBy(flags: AccountFlags): Partial<OtpAccount> {
  const { issuer, account: name, type, algorithm, digits, period: periodSeconds, counter, tag: tags, note } = flags
  const own = { issuer, name, type, algorithm, digits, periodSeconds, counter, tags, note }
  const given = Object.entries(own).filter(([, value]) => value !== undefined)
  const fromOptions = flags.options === undefined ? {} : parseOptions(flags.options)
  return { ...fromOptions, ...(Object.fromEntries(given) as Partial<OtpAccount>) }
}

const flagOf = {
  algorithm: '--algorithm',
  digits: '--digits',
  periodSeconds: '--period',
  counter: '--counter',
} as const
const shapeOf: Readonly<Record<OtpType, string>> = {
  steam: 'whose codes always have 5 letters, SHA1 and 30 seconds',
  hotp: 'whose codes come from a counter, not from the time',
  totp: 'whose codes come from the time, not from a counter',
}

/**
 * Refuses what the kind of an account takes no notice of: told "Changed", a person would believe it.
 *
 * @param account - what came of the flags
 * @throws {@link Failure} `agent_setting_idle`
 */
export function assertSettled(account: OtpAccount, settled: Partial<OtpAccount>): void {
  const { type } = account
  for (const part of ['algorithm', 'digits', 'periodSeconds', 'counter'] as const) {
    if (settled[part] === undefined || settled[part] === account[part]) continue
    throw new Failure('agent_setting_idle', { detail: { flag: flagOf[part], type, shape: shapeOf[type] } })
  }
}
