import { listAccounts, revealCode } from '../../api/accounts.ts'
import type { CodeRequest, IssuedCode } from '../../aws/okta-authn.ts'
import type { Client } from '../../client/client.ts'
import { Failure } from '../../errors/failure.ts'
import type { CodeClock } from './secret-source.ts'

/**
 * A code of the team's vault: the secret is never on this computer, and the vault leases the step.
 *
 * @param name - the account's id or label
 * @throws {@link Failure} `aws_secret_missing` where the vault shows us no such account
 */
export async function vaultCode(
  client: Client,
  name: string,
  request: CodeRequest,
  clock: CodeClock,
): Promise<IssuedCode> {
  const { items } = await client.call(listAccounts, { query: { search: name } })
  const account = items.find((candidate) => candidate.id === name || candidate.label === name)
  if (account === undefined) throw new Failure('aws_secret_missing')
  const params = { account: account.id }
  // The present step would be late at the other side, or was used: its successor comes when it begins.
  for (;;) {
    const answer = await client.call(revealCode, { params, body: { minSeconds: 2 } })
    const leftMs = answer.validUntilMs - answer.serverTimeMs
    if (answer.step > (request.afterStep ?? -1)) return { code: answer.code, step: answer.step }
    await clock.sleep(Math.max(1_000, leftMs))
  }
}
