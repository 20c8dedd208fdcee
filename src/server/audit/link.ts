import { hash } from 'node:crypto'
import type { AuditEvent } from './event.ts'

/** One link of a chain: an event and the hash that ties it to everything before it. */
export interface Link {
  readonly sequence: number
  readonly atMs: number
  /** The exact JSON text that was hashed. */
  readonly body: string
  /** SHA-256 in hexadecimal. */
  readonly hash: string
}

/** An event as its link tells it. */
export interface RecordedEvent extends AuditEvent {
  readonly chain: string
  readonly sequence: number
  readonly atMs: number
}

/**
 * The text of an event: its place in the chain first, then the event.
 *
 * @param chainAsJson - the chain's id as JSON text
 */
export function bodyOf(event: AuditEvent, chainAsJson: string, sequence: number, atMs: number): string {
  return `{"chain":${chainAsJson},"sequence":${sequence},"atMs":${atMs},${textOf(event).slice(1)}`
}

// An event is told by whoever was refused, too: half a character or a NUL in a name would make it a text that PostgreSQL
// cannot read back, and the audit with it. JSON writes nothing else with these escapes.
function textOf(event: AuditEvent): string {
  const text = JSON.stringify(event)
  if (!unreadable.test(text)) return text
  return JSON.stringify(event, (_name, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value,
  )
}

const unreadable = /\\u(?:d[89a-f]|0000)/

/** The event in a link's text. */
export function eventIn(body: string): RecordedEvent {
  return JSON.parse(body) as RecordedEvent
}

/**
 * The hash of a link: SHA-256 of the hash before it in hexadecimal, a line feed, and the body.
 *
 * It is text on purpose: `printf '%s\n%s' "$previous" "$body" | sha256sum` checks a link anywhere.
 */
export function linkHash(previousHash: string, body: string): string {
  return hash('sha256', `${previousHash}\n${body}`, 'hex')
}

/** What stands before the first link of a chain. */
export function genesisHash(chain: string): string {
  return hash('sha256', `watchword audit chain ${chain}`, 'hex')
}
