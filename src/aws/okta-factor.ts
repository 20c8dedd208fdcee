import { Failure } from '../errors/failure.ts'
import { member, stringMember, type Json } from './json.ts'

/** A second factor that Okta offers in a sign-in. */
export interface OktaFactor {
  readonly id: string
  readonly factorType: string
  readonly provider: string
  readonly verifyUrl: string
}

const totp = 'token:software:totp'
// Without a wish: what needs no person comes first.
const preferred = ['totp:google', 'totp:okta', 'totp', 'push']

/** The factors in an authn answer; Okta sends `factors`, its guide's samples say `factor`. */
export function readFactors(answer: Json): OktaFactor[] {
  const listed = member(answer, '_embedded', 'factors') ?? member(answer, '_embedded', 'factor')
  const all: readonly Json[] = Array.isArray(listed)
    ? (listed as readonly Json[])
    : listed === undefined
      ? []
      : [listed]
  return all
    .filter((factor) => !['NOT_SETUP', 'PENDING_ACTIVATION', 'INACTIVE'].includes(stringMember(factor, 'status')))
    .filter((factor) => stringMember(factor, 'factorType') !== '')
    .map((factor) => ({
      id: stringMember(factor, 'id'),
      factorType: stringMember(factor, 'factorType'),
      provider: stringMember(factor, 'provider'),
      verifyUrl: stringMember(factor, '_links', 'verify', 'href'),
    }))
}

/**
 * The factor to use.
 *
 * @param wanted - a kind (`totp`, `totp:google`, `push`, `sms`, `call`, `email`, `token`, `hotp`, `question`) or an id;
 *   undefined takes a TOTP, else push
 * @throws {@link Failure} `aws_factor_missing` naming what the user has
 */
export function chooseFactor(factors: readonly OktaFactor[], wanted: string | undefined): OktaFactor {
  for (const wish of wanted === undefined ? preferred : [wanted]) {
    const found = factors.find((factor) => factor.id === wish || namesOf(factor).includes(wish.toLowerCase()))
    if (found !== undefined) return found
  }
  const offered = factors.map((factor) => namesOf(factor)[0] ?? factor.factorType).join(', ') || 'none'
  throw new Failure('aws_factor_missing', { detail: { wanted: wanted ?? 'a TOTP or a push', offered } })
}

/** Whether the factor's codes are computed from a secret and the clock. */
export function isTotp(factor: OktaFactor): boolean {
  return factor.factorType === totp
}

/** The names a person may choose the factor by, the most exact first. */
function namesOf(factor: OktaFactor): string[] {
  const provider = factor.provider.toLowerCase()
  if (isTotp(factor)) return [`totp:${provider}`, 'totp', factor.factorType]
  const short = factor.factorType.replace(/^token:/, '')
  return [factor.factorType, short, `${short}:${provider}`]
}
