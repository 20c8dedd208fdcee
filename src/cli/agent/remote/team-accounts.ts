import { randomUUID } from 'node:crypto'
import {
  type Account,
  createAccount,
  listAccounts,
  readAccount,
  type RevealAnswer,
  revealCode,
} from '../../../api/accounts.ts'
import type { Client } from '../../../client/client.ts'
import { isRefusal } from '../../../client/failures.ts'
import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import { formatOtpauthUri } from '../../../otp/otpauth-uri.ts'
import { withoutOwnName } from '../store/lines.ts'

/** Every account of the team's vault that we may see, page by page. */
export async function readTeamAccounts(client: Client, search?: string): Promise<Account[]> {
  const accounts: Account[] = []
  let cursor: string | undefined
  do {
    const query = { ...(search === undefined ? {} : { search }), ...(cursor === undefined ? {} : { cursor }) }
    const { items, nextCursor } = await client.call(listAccounts, { query })
    accounts.push(...items)
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
  return accounts
}

/**
 * The account of the vault somebody means: by id or exact label, else the only one the vault finds.
 *
 * @throws {@link Failure} `agent_account_not_found`, or `agent_name_ambiguous` naming the candidates
 */
export async function findTeamAccount(client: Client, name: string): Promise<Account> {
  const found = await readTeamAccounts(client, name)
  const exact = found.filter((account) => account.label === name)
  const called = exact.length > 0 ? exact : [await accountOfId(client, name)].filter((account) => account !== null)
  const candidates = called.length > 0 ? called : found
  const [only] = candidates
  if (only === undefined) throw new Failure('agent_account_not_found', { detail: { name } })
  if (candidates.length === 1) return only
  const names = candidates.map(({ label, id }) => `${label} (${id})`).join(', ')
  throw new Failure('agent_name_ambiguous', { detail: { name, candidates: names } })
}

/** The account of an id; null where there is none, or none that we may see. */
async function accountOfId(client: Client, id: string): Promise<Account | null> {
  try {
    return await client.call(readAccount, { params: { account: id } })
  } catch (thrown) {
    if (isRefusal(thrown, 'account_not_found')) return null
    throw thrown
  }
}

/** A code of the vault. Each call is one act: a counter moves once, however often the request is sent again. */
export async function revealTeamCode(
  client: Client,
  account: Account,
  choice: { minSeconds?: number; next?: boolean },
): Promise<RevealAnswer> {
  const input = { params: { account: account.id }, body: choice }
  return client.call(revealCode, input, { idempotencyKey: randomUUID() })
}

/** Puts an account of ours into the vault, from where only codes come back. */
export async function addTeamAccount(client: Client, account: OtpAccount, label: string): Promise<Account> {
  const body = { uri: formatOtpauthUri(withoutOwnName(account)), label }
  return client.call(createAccount, { body }, { idempotencyKey: randomUUID() })
}
