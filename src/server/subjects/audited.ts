import type { AuditEvent } from '../audit/event.ts'
import { type Actor, actorId, actorName } from '../http/actor.ts'

/** Who does something to a realm or a subject, and from where. */
export interface By {
  readonly actor: Actor
  readonly address: string
  /** Which door: `api`, `tiny-mfa`, `ungleichotp`, `login`, `cli`, … */
  readonly door: string
}

/** The subject of an event. */
interface Named {
  readonly id: string
  readonly name: string
}

/** An event about a subject. */
export function subjectEvent(
  by: By,
  action: string,
  realmId: string,
  subject: Named,
  detail: AuditEvent['detail'] = {},
): AuditEvent {
  return { ...event(by, `subject.${action}`, 'subject', subject, detail), realmId }
}

/** An event about a realm. */
export function realmEvent(by: By, action: string, realm: Named, detail: AuditEvent['detail'] = {}): AuditEvent {
  return { ...event(by, `realm.${action}`, 'realm', realm, detail), realmId: realm.id }
}

function event(by: By, action: string, kind: string, object: Named, detail: AuditEvent['detail']): AuditEvent {
  return {
    action,
    actorKind: by.actor.kind,
    actorId: actorId(by.actor),
    actorName: actorName(by.actor),
    objectKind: kind,
    objectId: object.id,
    objectName: object.name,
    outcome: 'done',
    address: by.address,
    detail: { door: by.door, ...detail },
  }
}
