import { Failure } from '../../../errors/failure.ts'
import { type Remark, remark } from '../../../errors/remarks.ts'
import type { ParsedOtpauth } from '../../../otp/otpauth-uri.ts'
import { attributeOf, childrenNamed, descend, textAt, type XmlElement } from '../../containers/xml.ts'
import { accountOf, bytesOfBase64 } from '../../draft.ts'

/** Answers the opened bytes of a sealed value, null for one in clear; throws when it does not open. */
type Opener = (value: XmlElement | null) => Uint8Array | null

/** Whether the key may be used for one-time passwords: no policy, or one that names them. */
export function isForOtp(keyPackage: XmlElement): boolean {
  const policy = descend(keyPackage, 'Key', 'Policy')
  const usages =
    policy === null ? [] : childrenNamed(policy, 'KeyUsage').map((usage) => usage.text.trim().toUpperCase())
  return usages.length === 0 || usages.includes('OTP')
}

/**
 * One key package as an account.
 *
 * @see RFC 6030 section 4
 */
export function readKey(keyPackage: XmlElement, open: Opener): ParsedOtpauth {
  const key = descend(keyPackage, 'Key')
  if (key === null) throw new Failure('import_key_missing')
  const data = descend(key, 'Data')
  const algorithm = /[^:#]*$/.exec(attributeOf(key, 'Algorithm'))?.[0].toLowerCase() ?? ''
  const format = responseFormat(key)
  const warnings = policyWarnings(key)
  const number = (name: string): number | undefined => numberOf(data === null ? null : descend(data, name), open)
  if ((number('Time') ?? 0) !== 0) throw new Failure('import_other_epoch')
  if ((number('TimeDrift') ?? 0) !== 0) warnings.push(remark('import_clock_drift'))
  const read = accountOf({
    secret: secretOf(data, open),
    type: algorithm || 'unknown',
    algorithm: suiteOf(key),
    digits: format.digits,
    periodSeconds: number('TimeInterval'),
    counter: number('Counter'),
    issuer: textAt(key, 'Issuer'),
    name: textAt(key, 'UserId') || textAt(keyPackage, 'DeviceInfo', 'UserId') || serialOf(keyPackage, key),
    note: noteOf(keyPackage, key),
  })
  const others = { serial: serialOf(keyPackage, key), ...policyDates(key) }
  return { account: { ...read.account, otherParameters: others }, warnings: [...read.warnings, ...warnings] }
}

function serialOf(keyPackage: XmlElement, key: XmlElement): string {
  return textAt(keyPackage, 'DeviceInfo', 'SerialNo') || attributeOf(key, 'Id')
}

function noteOf(keyPackage: XmlElement, key: XmlElement): string {
  const parts = [
    textAt(keyPackage, 'DeviceInfo', 'Manufacturer'),
    textAt(keyPackage, 'DeviceInfo', 'Model'),
    textAt(key, 'FriendlyName'),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function responseFormat(key: XmlElement): { digits: number | undefined } {
  const format = descend(key, 'AlgorithmParameters', 'ResponseFormat')
  const encoding = attributeOf(format, 'Encoding').toUpperCase()
  if (encoding !== '' && encoding !== 'DECIMAL') throw new Failure('import_codes_not_decimal')
  if (attributeOf(format, 'CheckDigits').toLowerCase() === 'true') throw new Failure('import_check_digit')
  const length = attributeOf(format, 'Length')
  return { digits: length === '' ? undefined : Number(length) }
}

/** Missing means SHA1, whatever the length of the secret; privacyIDEA writes an attribute instead of an element. */
function suiteOf(key: XmlElement): string {
  const parameters = descend(key, 'AlgorithmParameters')
  const suite = parameters === null ? '' : textAt(parameters, 'Suite')
  return (
    suite ||
    attributeOf(parameters, 'hashalgo') ||
    attributeOf(descend(key, 'AlgorithmParameters', 'Suite'), 'hashalgo')
  )
}

function secretOf(data: XmlElement | null, open: Opener): Uint8Array {
  const secret = data === null ? null : descend(data, 'Secret')
  const plain = secret === null ? '' : textAt(secret, 'PlainValue')
  const opened = open(secret)
  if (opened !== null) return Uint8Array.from(opened)
  if (plain === '') throw new Failure('import_secret_missing')
  return bytesOfBase64(plain)
}

/** Decimal text in clear; sealed ones are ASCII digits, or bytes with the highest first. */
function numberOf(value: XmlElement | null, open: Opener): number | undefined {
  if (value === null) return undefined
  const opened = open(value)
  const plain = opened === null ? textAt(value, 'PlainValue') : Buffer.from(opened).toString('latin1')
  if (/^\d+$/.test(plain)) return Number(plain)
  if (opened === null || opened.length > 8) return plain === '' ? undefined : Number.NaN
  return Number(BigInt(`0x${Buffer.from(opened).toString('hex') || '0'}`))
}

function policyDates(key: XmlElement): Record<string, string> {
  const dates = { startDate: textAt(key, 'Policy', 'StartDate'), expiryDate: textAt(key, 'Policy', 'ExpiryDate') }
  return Object.fromEntries(Object.entries(dates).filter(([, date]) => date !== ''))
}

function policyWarnings(key: XmlElement): Remark[] {
  const { startDate, expiryDate } = policyDates(key)
  const warnings: Remark[] = []
  if (startDate !== undefined) warnings.push(remark('import_policy_from', { date: startDate }))
  if (expiryDate !== undefined) warnings.push(remark('import_policy_until', { date: expiryDate }))
  if (descend(key, 'Policy', 'PINPolicy') !== null) warnings.push(remark('import_policy_pin'))
  return warnings
}
