import type { Account } from '../../../api/accounts.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import { nameOf } from '../store/lines.ts'

/**
 * What the vault's list tells of one account of ours before anything is sent.
 *
 * `known`: an account of that name which makes its codes the same way. `differs`: one that does not, so that it cannot
 * be this one. `similar`: no such name, but an account of the same issuer and user under another.
 */
export type PushResult = 'new' | 'similar' | 'known' | 'differs'

/** One account and what would become of it. */
export interface PlannedPush {
  readonly account: OtpAccount
  readonly name: string
  readonly result: PushResult
  /** What differs, or the name of the similar account, for people. */
  readonly remark: string | null
}

/**
 * Decides what a push would do. Secrets are not compared: the vault shows none, and ours stay here until they are sent.
 *
 * @param there - the accounts that the vault shows us
 */
export function planPush(chosen: readonly OtpAccount[], there: readonly Account[]): PlannedPush[] {
  return chosen.map((account) => ({ account, name: nameOf(account), ...judgePush(account, there) }))
}

function judgePush(account: OtpAccount, there: readonly Account[]): Pick<PlannedPush, 'result' | 'remark'> {
  const called = there.filter(({ label }) => label === nameOf(account))
  const differences = called.map((one) => differencesOf(account, one))
  const [nearest] = differences.toSorted((one, other) => one.length - other.length)
  if (nearest !== undefined) {
    return nearest.length === 0
      ? { result: 'known', remark: null }
      : { result: 'differs', remark: `there ${nearest.join(', ')}` }
  }
  const similar = there.find((one) => account.issuer !== '' && isSameUser(account, one))
  return similar === undefined
    ? { result: 'new', remark: null }
    : { result: 'similar', remark: `there called ${similar.label}` }
}

/** What of the vault's account is not as ours, named by its value there; nothing of it is secret. */
function differencesOf(ours: OtpAccount, there: Account): string[] {
  const { issuer, type, algorithm, digits, periodSeconds } = there
  return [
    issuer === ours.issuer ? null : `issuer ${issuer === '' ? 'none' : issuer}`,
    type === ours.type ? null : `type ${type}`,
    algorithm === ours.algorithm ? null : `algorithm ${algorithm}`,
    digits === ours.digits ? null : `${digits} digits`,
    periodSeconds === ours.periodSeconds || type === 'hotp' ? null : `period ${periodSeconds} s`,
  ].filter((difference) => difference !== null)
}

function isSameUser(ours: OtpAccount, there: Account): boolean {
  const folded = ({ issuer, user }: { issuer: string; user: string }) => `${issuer}\n${user}`.toLowerCase()
  return folded({ issuer: ours.issuer, user: ours.name }) === folded({ issuer: there.issuer, user: there.identifier })
}
