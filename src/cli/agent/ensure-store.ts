import type { CliContext } from '../context.ts'
import type { StoreFlags } from './settings.ts'
import { type AgentStore, openStore } from './store/store.ts'

/** The store for a command that writes: made first where there is none yet, with word of how it is protected. */
export async function ensureStore(context: CliContext, flags: StoreFlags): Promise<AgentStore> {
  const store = openStore(context, flags)
  if (store.exists()) return store
  const { initialise } = await import('./initialise.ts')
  const made = await initialise(context, flags, { withoutKey: 'passphrase', leaveUnwritten: true })
  context.say(made.told)
  return made.store
}
