import type { RecordedEvent } from '../../audit/link.ts'
import type { AuditFilter } from '../../audit/search.ts'
import type { TinyMfaParts } from './house.ts'
import { timeOf } from './views.ts'

/** A validation as go-tiny-mfa's audit lists it. */
interface Entry {
  readonly id: number
  readonly issuer: string
  readonly user: string
  /** The time step the server stood in. */
  readonly message: number
  readonly result: boolean
  readonly date: string
}

const stepMs = 30_000
const eventsAtOnce = 500
const timePattern = /^(\d{4})-(\d{2})-(\d{2}):(\d{2}):(\d{2}):(\d{2})$/

/** What a caller may narrow the list by; everything is optional and what cannot be read is ignored. */
export interface ValidationQuery {
  readonly before?: string
  readonly after?: string
  readonly issuer?: string
  readonly limit?: string
  readonly offset?: string
}

/** Validations of all issuers, oldest first, from the one audit; blocked attempts stand among them. */
export async function listValidations({ core }: TinyMfaParts, query: ValidationQuery): Promise<Entry[]> {
  const issuer = query.issuer === undefined || query.issuer === '' ? {} : { realm: query.issuer }
  const filter: AuditFilter = { action: 'subject.verify', ...issuer, ...timesIn(query) }
  const events: RecordedEvent[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await core.audit.list(filter, { cursor, limit: eventsAtOnce })
    events.push(...page.items.filter(isValidation))
    cursor = page.nextCursor
  }
  const entries = events.toReversed().map((event, index) => entryOf(event, index + 1))
  const offset = wholeIn(query.offset) ?? 0
  return entries.slice(offset, offset + (wholeIn(query.limit) ?? entries.length))
}

function isValidation(event: RecordedEvent): boolean {
  return event.detail?.['door'] === 'tiny-mfa'
}

function entryOf({ atMs, objectName, objectId, outcome, detail }: RecordedEvent, id: number): Entry {
  return {
    id,
    issuer: String(detail?.['realm'] ?? ''),
    user: objectName ?? objectId,
    message: Math.floor(atMs / stepMs),
    result: outcome === 'accepted',
    date: timeOf(atMs),
  }
}

/** Both ends are left out: strictly earlier, strictly later. */
function timesIn({ before, after }: ValidationQuery): Pick<AuditFilter, 'beforeMs' | 'afterMs'> {
  const beforeMs = timeIn(before)
  const afterMs = timeIn(after)
  return { ...(beforeMs === null ? {} : { beforeMs }), ...(afterMs === null ? {} : { afterMs }) }
}

function timeIn(text: string | undefined): number | null {
  const [, year, month, day, hour, minute, second] = timePattern.exec(text ?? '') ?? []
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(atMs) ? null : atMs
}

function wholeIn(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null
}
