import { Readable } from 'node:stream'
import * as api from '../../api/operation.ts'
import { requireAuditor } from '../access/rights.ts'
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
  route(api.followAudit, ({ actor, query, reply }) => {
    requireAuditor(actor)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    reply.type('text/event-stream').header('x-accel-buffering', 'no')
    reply.send(Readable.from(follow(audit, query, gone.signal)))
  })
}

/** Wire shape of a record: what the chain hashed, with `detail` open. */
function recordOf(event: RecordedEvent) {
  return { ...event, ...(event.detail === undefined ? {} : { detail: { ...event.detail } }) }
}

async function* withBreaks(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield line.endsWith('\n') ? line : `${line}\n`
}

/** Server-sent events: new records as they come, a comment now and then so that proxies keep the line open. */
async function* follow(audit: Audit, filter: AuditFilter, signal: AbortSignal): AsyncGenerator<string> {
  const ends = await audit.ends()
  let spokeAtMs = Date.now()
  yield ': following\n\n'
  while (!signal.aborted) {
    await pause(followEveryMs, signal)
    for await (const event of audit.above(ends, filter)) {
      if (signal.aborted) return
      spokeAtMs = Date.now()
      yield `id: ${event.chain}/${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`
    }
    if (Date.now() - spokeAtMs < keptAliveMs) continue
    spokeAtMs = Date.now()
    yield ': still here\n\n'
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
