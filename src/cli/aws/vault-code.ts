import type { CodeRequest, IssuedCode } from '../../aws/okta-authn.ts'
import type { Client } from '../../client/client.ts'
import { findTeamAccount, revealTeamCode } from '../agent/remote/team-accounts.ts'
import type { CodeClock } from './secret-source.ts'

// So near its end a code would be late at the other side.
const leastSeconds = 2

/**
 * A code of the team's vault: the secret is never on this computer, and the vault leases the step.
 *
 * @param name - the account's id or label
 * @throws {@link Failure} `agent_account_not_found` where the vault shows us no such account
 */
export async function vaultCode(
  client: Client,
  name: string,
  request: CodeRequest,
  clock: CodeClock,
): Promise<IssuedCode> {
  const account = await findTeamAccount(client, name)
  for (;;) {
    const answer = await revealTeamCode(client, account, { minSeconds: leastSeconds })
    if (answer.step > (request.afterStep ?? -1)) return { code: answer.code, step: answer.step }
    // This step was used: its successor comes when it begins.
    await clock.sleep(Math.max(1_000, answer.validUntilMs - answer.serverTimeMs))
  }
}
