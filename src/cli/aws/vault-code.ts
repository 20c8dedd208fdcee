import type { Account, RevealAnswer } from '../../api/accounts.ts'
import type { CodeRequest, IssuedCode } from '../../aws/okta-authn.ts'
import type { Client } from '../../client/client.ts'
import { isRefusal } from '../../client/failures.ts'
import { findTeamAccount, revealTeamCode } from '../agent/remote/team-accounts.ts'
import type { CodeClock } from './secret-source.ts'

/** Takes a step for one caller on this computer; false where another has it. */
export type StepClaim = (account: Account, step: number) => Promise<boolean>

// So near its end a code would be late at the other side.
const leastSeconds = 2

/**
 * A code of the team's vault: the secret is never on this computer, and the vault leases the step.
 *
 * @param name - the account's id or label
 * @param claim - the vault gives one person the same code twice; the service takes it once
 * @throws {@link Failure} `agent_account_not_found` where the vault shows us no such account
 */
export async function vaultCode(
  client: Client,
  name: string,
  request: CodeRequest,
  clock: CodeClock,
  claim: StepClaim,
): Promise<IssuedCode> {
  const account = await findTeamAccount(client, name)
  for (;;) {
    const answer = await leasedCode(client, account, clock)
    const isLaterEnough = answer.step > (request.afterStep ?? -1)
    if (isLaterEnough && (await claim(account, answer.step))) return { code: answer.code, step: answer.step }
    // This step was used: its successor comes when it begins.
    await clock.sleep(Math.max(1_000, answer.validUntilMs - answer.serverTimeMs))
  }
}

/** Comes back when the vault says so, while another holds the step; the vault keeps the next free one for us. */
async function leasedCode(client: Client, account: Account, clock: CodeClock): Promise<RevealAnswer> {
  for (;;) {
    try {
      return await revealTeamCode(client, account, { minSeconds: leastSeconds })
    } catch (thrown) {
      if (!isRefusal(thrown, 'reveal_lease_held') || thrown.retryAfterMs === null) throw thrown
      clock.tell?.(thrown.message)
      await clock.sleep(thrown.retryAfterMs)
    }
  }
}
