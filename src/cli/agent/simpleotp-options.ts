import { Failure } from '../../errors/failure.ts'
import { type OtpAccount, parseAlgorithm } from '../../otp/account.ts'

/** simpleotp's defaults, as its help shows them. */
export const defaultOptions = 'digits=6,digest=None,name=None,issuer=None,interval=30'

const readers: Readonly<Record<string, (value: string) => Partial<OtpAccount>>> = {
  digits: (value) => ({ digits: asNumber('digits', value) }),
  digest: (value) => ({ algorithm: parseAlgorithm(value) }),
  name: (value) => ({ name: value }),
  issuer: (value) => ({ issuer: value }),
  interval: (value) => ({ periodSeconds: asNumber('interval', value) }),
}

/**
 * Reads simpleotp's `digits=8,digest=sha256,interval=60,name=…,issuer=…`.
 *
 * Every key may be missing, and `None` means the default. A value may hold `=`, which broke the original.
 *
 * @throws {@link Failure} `agent_options_unreadable`
 */
export function parseOptions(text: string): Partial<OtpAccount> {
  const settled: Partial<OtpAccount>[] = []
  for (const item of text.split(',').map((part) => part.trim())) {
    if (item === '') continue
    const equals = item.indexOf('=')
    const key = item.slice(0, Math.max(0, equals)).trim()
    const value = item.slice(equals + 1).trim()
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined
    if (equals < 0 || reader === undefined) throw unreadable(`"${key || item}" is none of these keys`)
    if (value !== 'None' && value !== '') settled.push(reader(value))
  }
  return Object.assign({}, ...settled) as Partial<OtpAccount>
}

function asNumber(key: string, value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw unreadable(`${key} takes a number`)
  return Number(value)
}

function unreadable(reason: string): Failure {
  return new Failure('agent_options_unreadable', { detail: { reason } })
}
