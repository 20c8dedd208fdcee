import type { AuditEvent } from '../audit/event.ts'
import { type Actor, actorId, actorName } from '../http/actor.ts'

/** What happened, without who did it. */
export type Deed = Omit<AuditEvent, 'actorKind' | 'actorId' | 'actorName' | 'address'>

/** The audit event of a deed done by an actor. */
export function doneBy(actor: Actor, deed: Deed): AuditEvent {
  return {
    ...deed,
    actorKind: actor.kind,
    actorId: actorId(actor),
    actorName: actorName(actor),
    address: actor.address,
  }
}
