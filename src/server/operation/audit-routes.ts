import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import * as api from '../../api/operation.ts'
import { isAuditor, requireAuditor } from '../access/rights.ts'
import type { Audit } from '../audit/audit.ts'
import type { AuditFilter } from '../audit/search.ts'
import type { RecordedEvent } from '../audit/link.ts'
import type { Router } from '../http/router.ts'

const followEveryMs = 1000
const keptAliveMs = 15_000

/** Puts the audit at its addresses, for auditors alone. Reading never removes anything (T93). */
export function auditRoutes({ route }: Router, audit: Audit): void {
  route(api.listAudit, async ({ actor, query }) => {
    requireAuditor(actor)
    const { cursor, limit, ...filter } = query
    return audit.list(filter, { cursor, limit }).then(({ items, nextCursor }) => ({
      items: items.map(recordOf),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    }))
  })
  route(api.countAudit, async ({ actor, query }) => {
    requireAuditor(actor)
    return { days: await audit.counts(query) }
  })
  route(api.verifyAudit, async ({ actor }) => {
    requireAuditor(actor)
    const report = await audit.verify()
    return { ...report, problems: [...report.problems] }
  })
  route(api.exportAudit, ({ actor, query, reply }) => {
    requireAuditor(actor)
    const isNarrowed = Object.values(query).some((value) => value !== undefined)
    const lines = isNarrowed ? audit.exportFiltered(query) : audit.export()
    reply.type('application/jsonl').header('content-disposition', 'attachment; filename="watchword-audit.jsonl"')
    reply.send(Readable.from(withBreaks(lines)))
  })
  route(api.followAudit, ({ actor, query, request, reply }) => {
    requireAuditor(actor)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    reply.type('text/event-stream').header('x-accel-buffering', 'no')
    const mayFollow = async () => isAuditor(await request.askerNow())
    reply.send(Readable.from(follow(audit, query, { signal: gone.signal, mayFollow })))
  })
}

/** Wire shape of a record: what the chain hashed, with `detail` open. */
function recordOf(event: RecordedEvent) {
  return { ...event, ...(event.detail === undefined ? {} : { detail: { ...event.detail } }) }
}

async function* withBreaks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield line.endsWith('\n') ? line : `${line}\n`
}

interface Follower {
  readonly signal: AbortSignal
  /** Whether whoever follows is still an auditor; asked before anything is told. */
  readonly mayFollow: () => Promise<boolean>
}

/**
 * Server-sent events: new records as they come, a comment now and then so that proxies keep the line open, until the
 * follower leaves or is no auditor any more.
 */
async function* follow(audit: Audit, filter: AuditFilter, { signal, mayFollow }: Follower): AsyncGenerator<string> {
  const ends = await audit.ends()
  // By the monotonic clock: a proxy would cut a line that keeps silent until a clock set back has caught up.
  let spokeAtMs = performance.now()
  yield ': following\n\n'
  while (!signal.aborted) {
    // Woken early only by whoever leaves.
    await pause(followEveryMs, undefined, { signal }).catch(() => {})
    if (signal.aborted || !(await mayFollow().catch(() => false))) return
    for await (const event of audit.above(ends, filter)) {
      if (signal.aborted) return
      spokeAtMs = performance.now()
      yield `id: ${event.chain}/${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`
    }
    if (performance.now() - spokeAtMs < keptAliveMs) continue
    spokeAtMs = performance.now()
    yield ': still here\n\n'
  }
}
