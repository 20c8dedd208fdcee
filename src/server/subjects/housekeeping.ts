import { setImmediate as turn } from 'node:timers/promises'
import type { Storage } from '../database/storage.ts'
import * as store from './store.ts'

/** Subjects looked through in one transaction, few enough that verdicts and gate checks get their turn in between. */
const usuallyAtOnce = 5000

/** From before which moments what is forgotten, in Unix milliseconds. */
export interface Outdated {
  readonly sourcesMs: number
  readonly memosMs: number
  readonly linksMs: number
}

/**
 * Forgets sources unknown again, verdicts no longer repeated and links past their time.
 *
 * No index leads to old sources, since it would have to be written with the first code of every day. So all subjects are
 * looked through, some at a time.
 */
export async function forgetOutdated(
  storage: Storage,
  { sourcesMs, ...before }: Outdated,
  atOnce = usuallyAtOnce,
): Promise<void> {
  await storage.transaction((tx) => store.pruneMemosAndLinks(tx, before))
  for (let above: string | null = ''; above !== null;) {
    const range: store.SubjectRange = { above, upTo: await store.idBehind(storage.db, above, atOnce) }
    await storage.transaction((tx) => store.forgetSources(tx, range, sourcesMs))
    above = range.upTo
    await turn()
  }
}
