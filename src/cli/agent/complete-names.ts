import type { Environment } from './paths.ts'
import { loadSettings } from './settings.ts'
import { readIndex } from './store/name-index.ts'
import { storePathOf } from './store/store.ts'

/** The account names that start with what was typed, from the index as it is: nothing is opened and nothing asked. */
export async function completeNames(env: Environment, partial: string): Promise<string[]> {
  const entries = readIndex(storePathOf(loadSettings(env)), null)
  const wanted = partial.toLowerCase()
  return (entries ?? []).map(({ name }) => name).filter((name) => name.toLowerCase().startsWith(wanted))
}
