import { type Client, createClient } from '../../../client/client.ts'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { readSecretFile } from '../private-file.ts'
import { readSealedValue } from '../store/sealed-values.ts'
import type { AgentStore } from '../store/store.ts'

/** What a name of the team's vault begins with. */
const teamPrefix = 'team/'

/** Whether a name is one of the team's vault. */
export function isTeamName(name: string | undefined): name is string {
  return name?.startsWith(teamPrefix) === true
}

/** The name the vault knows, without the prefix that leads there. */
export function withoutTeamPrefix(name: string): string {
  return isTeamName(name) ? name.slice(teamPrefix.length) : name
}

/** The sealed value that holds the token of a server. */
export function tokenNameOf(baseUrl: string): string {
  return `login ${baseUrl}`
}

/**
 * A client of the team's server: as `watchword login` left it, or by `WATCHWORD_SERVER` and `WATCHWORD_TOKEN_FILE`.
 *
 * @throws {@link Failure} `agent_not_logged_in` without either; `agent_server_address` as {@link serverOrigin}
 */
export async function teamClient(context: CliContext, store: AgentStore): Promise<Client> {
  const named = context.env['WATCHWORD_SERVER'] ?? store.settings.file.server
  if (named === undefined) throw new Failure('agent_not_logged_in')
  const baseUrl = serverOrigin(named)
  const tokenFile = context.env['WATCHWORD_TOKEN_FILE']
  const token =
    tokenFile === undefined
      ? await readSealedValue(store, tokenNameOf(baseUrl))
      : await readSecretFile(context, tokenFile)
  if (token === null) throw new Failure('agent_not_logged_in')
  return createClient({ baseUrl, token, timeoutMs: 60_000 })
}

/**
 * The origin of a server as somebody typed it.
 *
 * @throws {@link Failure} `agent_server_address` for what is no address, and for plain HTTP beyond this computer, where
 *   anybody on the way could read the token
 */
export function serverOrigin(typed: string): string {
  const address = URL.canParse(typed) ? new URL(typed) : null
  const isHere = address !== null && ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname)
  if (address?.protocol !== 'https:' && !(address?.protocol === 'http:' && isHere)) {
    throw new Failure('agent_server_address', { detail: { typed } })
  }
  return address.origin
}
