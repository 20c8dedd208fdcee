import { readFileSync } from 'node:fs'
import { createClient, type Client } from '../../client/client.ts'
import { Failure } from '../../errors/failure.ts'
import type { AgentStore } from '../agent/store/store.ts'
import { readSealedValue } from '../agent/store/sealed-values.ts'
import type { CliContext } from '../context.ts'

/**
 * A client of the team's server: as `watchword login` left it, or by `WATCHWORD_SERVER` and `WATCHWORD_TOKEN_FILE`.
 *
 * @throws {@link Failure} `aws_vault_unknown` without either
 */
export async function vaultClient({ env }: CliContext, store: AgentStore): Promise<Client> {
  const baseUrl = env['WATCHWORD_SERVER'] ?? store.settings.file.server
  if (baseUrl === undefined) throw new Failure('aws_vault_unknown')
  const tokenFile = env['WATCHWORD_TOKEN_FILE']
  const token =
    tokenFile === undefined ? await readSealedValue(store, `login ${baseUrl}`) : readFileSync(tokenFile, 'utf8').trim()
  if (token === null) throw new Failure('aws_vault_unknown')
  return createClient({ baseUrl, token })
}
