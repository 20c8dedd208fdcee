import type { Chain } from '../http/chain.ts'
import type { Metrics } from '../http/metrics.ts'
import type { OpenCore } from '../open-core.ts'
import { countNotices, countSessions } from './store.ts'

/** Measures every answer. Labels are routes of the contract, never an address as it was asked for. */
export function observeAnswers({ requests }: Metrics, chain: Chain): void {
  const timers = new Map<string, ReturnType<Metrics['requests']['labels']>>()
  chain.observers.push(({ routeOptions }, status, elapsedMs) => {
    const route = routeOptions.url ?? 'none'
    const name = `${status} ${route}`
    // Looking a timer up by its labels costs more than the measuring.
    let timer = timers.get(name)
    if (timer === undefined) {
      timer = requests.labels(route, String(status))
      timers.set(name, timer)
    }
    timer.observe(elapsedMs / 1000)
  })
}

/** Counts live sessions and notices, for whoever reads the metrics; a database that is away leaves the last counts. */
export async function countStored({ services, storage: { db } }: OpenCore): Promise<void> {
  const { metrics, clock, log } = services
  try {
    const sessions = await countSessions(db, clock.nowMs())
    const notices = await countNotices(db)
    for (const kind of ['console', 'gate']) metrics.sessions.set({ kind }, sessions.get(kind) ?? 0)
    for (const state of ['waiting', 'sent', 'dead']) metrics.outbox.set({ state }, notices.get(state) ?? 0)
  } catch (error) {
    log.warn({ err: error }, 'sessions and notices could not be counted for the metrics')
  }
}
