import { sql } from '../database/sql.ts'
import type { Chain } from '../http/chain.ts'
import type { Metrics } from '../http/metrics.ts'
import type { OpenCore } from '../open-core.ts'

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
  const count = sql<number>`count(*)`.as('count')
  const alive = db.selectFrom('session').where('expires_at_ms', '>', clock.nowMs())
  try {
    const sessions = await alive.groupBy('kind').select(['kind', count]).execute()
    const notices = await db.selectFrom('outbox').groupBy('state').select(['state', count]).execute()
    for (const kind of ['console', 'gate']) metrics.sessions.set({ kind }, 0)
    for (const { kind, count: value } of sessions) metrics.sessions.set({ kind }, Number(value))
    for (const state of ['waiting', 'sent', 'dead']) metrics.outbox.set({ state }, 0)
    for (const { state, count: value } of notices) metrics.outbox.set({ state }, Number(value))
  } catch (error) {
    log.warn({ err: error }, 'sessions and notices could not be counted for the metrics')
  }
}
