import type { RecordedEvent } from '../../audit/link.ts'
import type { TinyMfaParts } from './parts.ts'
import { chainRanks } from './store.ts'
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

/**
 * Imported validations keep their ids, which are small. Ours begin here and are the event's place in the audit, which
 * no later event, import or pruning changes: its number in its chain, each chain with room of its own.
 */
const firstOwnId = 1_000_000_000
const mostInChain = 2 ** 36
const stepMs = 30_000
const eventsAtOnce = 500
const timePattern = /^(\d{4})-(\d{2})-(\d{2}):(\d{2}):(\d{2}):(\d{2})$/

/** What a caller may narrow the list by; everything is optional and what cannot be read is ignored. */
interface ValidationQuery {
  readonly before?: string
  readonly after?: string
  readonly issuer?: string
  readonly limit?: string
  readonly offset?: string
}

/** Validations of all issuers, oldest first, from the one audit; blocked and imported ones stand among them. */
export async function listValidations({ core }: TinyMfaParts, given: object): Promise<Entry[]> {
  const query = readable(given)
  const issuer = query.issuer === undefined || query.issuer === '' ? {} : { realm: query.issuer }
  const events: RecordedEvent[] = []
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await core.audit.list({ action: 'subject.verify', ...issuer }, { cursor, limit: eventsAtOnce })
    events.push(...page.items.filter((event) => isAsked(event, query)))
    cursor = page.nextCursor
  }
  const ranks = await chainRanks(core.storage.db)
  const entries = events.map((event) => entryOf(event, ranks.get(event.chain) ?? ranks.size)).toSorted(oldestFirst)
  const offset = wholeIn(query.offset) ?? 0
  return entries.slice(offset, offset + (wholeIn(query.limit) ?? entries.length))
}

// What is said twice or holds a NUL is no value.
function readable(given: object): ValidationQuery {
  const isText = (value: unknown) => typeof value === 'string' && !value.includes('\0')
  return Object.fromEntries(Object.entries(given).filter(([, value]) => isText(value)))
}

/** Both ends are left out: strictly earlier, strictly later. An unknown user was told so there and never recorded. */
function isAsked(event: RecordedEvent, { before, after }: ValidationQuery): boolean {
  if (event.reason === 'unknown') return false
  const atMs = timeOfEvent(event)
  const isEarlier = atMs < (timeIn(before) ?? Number.POSITIVE_INFINITY)
  return event.detail?.['door'] === 'tiny-mfa' && isEarlier && atMs > (timeIn(after) ?? Number.NEGATIVE_INFINITY)
}

function entryOf(event: RecordedEvent, chainRank: number): Entry {
  const { objectName, objectId, outcome, detail, sequence } = event
  const atMs = timeOfEvent(event)
  return {
    id: Number(detail?.['importedId'] ?? firstOwnId + chainRank * mostInChain + sequence),
    issuer: String(detail?.['realm'] ?? ''),
    user: objectName ?? objectId,
    message: Number(detail?.['importedStep'] ?? Math.floor(atMs / stepMs)),
    result: outcome === 'accepted',
    date: timeOf(atMs),
  }
}

function oldestFirst(one: Entry, other: Entry): number {
  return one.date.localeCompare(other.date) || one.id - other.id
}

/** When it happened: what was imported happened before it was recorded here. */
function timeOfEvent({ atMs, detail }: RecordedEvent): number {
  return Number(detail?.['importedAtMs'] ?? atMs)
}

function timeIn(text: string | undefined): number | null {
  const [, year, month, day, hour, minute, second] = timePattern.exec(text ?? '') ?? []
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(atMs) ? null : atMs
}

function wholeIn(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null
}
