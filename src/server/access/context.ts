import type { FastifyRequest } from 'fastify'
import type { AuditEvent } from '../audit/event.ts'
import type { Core } from '../audit/core.ts'
import type { Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import { doneBy, type Deed } from './audited.ts'
import type { Leavers } from './leavers.ts'
import type { Notices } from './notices/notices.ts'
import type { Outside } from './origin.ts'
import type { PersonCodes } from './people/person-codes.ts'
import { type Directory, groupChange, personChange } from './people/directory.ts'
import type { SessionLimits } from './sessions/limits.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { Tokens } from './tokens/tokens.ts'

/** What the parts of this room share. */
export interface AccessContext extends Core {
  readonly directory: Directory
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly codes: PersonCodes
  readonly notices: Notices
  readonly leavers: Leavers
  readonly outside: (request: FastifyRequest) => Outside
  readonly sessionLimits: () => Promise<SessionLimits>
}

/** Audits what an actor did, in the transaction that does it (law 3). */
export async function audit(context: AccessContext, tx: Tx, actor: Actor, deed: Deed): Promise<void> {
  const event: AuditEvent = doneBy(actor, deed)
  await context.audit.append(tx, [event])
}

/** Tells every server that a person is no longer as it was. */
export function personMoved(context: AccessContext, tx: Tx, personId: string): Promise<void> {
  return context.storage.recordChange(tx, { kind: personChange, objectId: personId })
}

/** Tells every server that a group is no longer as it was. */
export function groupMoved(context: AccessContext, tx: Tx, groupId: string): Promise<void> {
  return context.storage.recordChange(tx, { kind: groupChange, objectId: groupId })
}

/** The present moment, Unix milliseconds. */
export function nowMs(context: AccessContext): number {
  return context.services.clock.nowMs()
}
