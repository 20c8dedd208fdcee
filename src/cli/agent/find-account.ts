import type { CliContext } from '../context.ts'
import { Failure } from '../../errors/failure.ts'
import { matchName, resolveName } from './match-name.ts'
import type { AgentStore } from './store/store.ts'

/**
 * The full name of the account a command is about, found without opening the store.
 *
 * Without a name, a person at a terminal picks one from the list; a script is told to name one.
 *
 * @throws {@link Failure} `agent_name_missing`, `agent_account_not_found`, `agent_name_ambiguous`, `agent_store_empty`
 */
export async function findAccount(context: CliContext, store: AgentStore, typed: string | undefined): Promise<string> {
  if (typed?.startsWith('team/') === true) throw new Failure('agent_team_codes_only', { detail: { name: typed } })
  const entries = await store.entries()
  if (entries.length === 0) throw new Failure('agent_store_empty')
  if (!context.canAsk()) return resolveName(typed ?? '', entries)
  const match = typed === undefined ? null : matchName(typed, entries)
  if (typed !== undefined && match?.kind !== 'several') return resolveName(typed, entries)
  const { pickName } = await import('./pick-name.ts')
  return pickName(match?.kind === 'several' ? match.names : entries.map(({ name }) => name))
}
