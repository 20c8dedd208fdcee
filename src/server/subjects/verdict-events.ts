import type { Audit } from '../audit/audit.ts'
import type { AuditEvent } from '../audit/event.ts'
import { actorId, actorName } from '../http/actor.ts'
import type { Decision } from './decide.ts'
import type { RealmEntry } from './directory.ts'
import type { JudgeRequest } from './judge.ts'
import type { RosterEntry } from './roster.ts'

/** What the audit is told about one verdict. */
export interface Judgement {
  readonly request: JudgeRequest
  readonly realm: RealmEntry | null
  readonly entry: RosterEntry | null
  /** Null when there is no such subject. */
  readonly decision: Decision | null
  readonly nowStep: number
}

type Head = Omit<AuditEvent, 'action' | 'outcome'>

/** One record of the verdict, and one for each thing that changed with it: a cap, a lift, a new secret (T95). */
export function verdictEvents(judgement: Judgement, audit: Pick<Audit, 'unknownName'>): AuditEvent[] {
  const { request, realm, decision, nowStep } = judgement
  const head = headOf(judgement, audit)
  const reason = decision === null ? 'unknown' : decision.reason
  const verdict: AuditEvent = {
    action: `subject.${request.purpose}`,
    ...head,
    outcome: decision?.accepted === true ? 'accepted' : 'refused',
    ...(reason === null ? {} : { reason }),
    detail: {
      door: request.door,
      step: decision?.step ?? nowStep,
      ...(realm === null ? {} : { realm: realm.name }),
      ...(decision?.isReuse ? { reused: true } : {}),
    },
  }
  if (decision === null) return [verdict]
  const changes = [
    ...(decision.isPromotion ? ['subject.enrolled'] : []),
    ...(decision.isCapReached ? ['subject.capped'] : []),
    ...(decision.isLift ? ['subject.lifted'] : []),
  ]
  return [verdict, ...changes.map((action): AuditEvent => ({ action, ...head, outcome: 'done' }))]
}

function headOf({ request, realm, entry }: Judgement, audit: Pick<Audit, 'unknownName'>): Head {
  const { actor, address } = request
  return {
    actorKind: actor.kind,
    actorId: actorId(actor),
    actorName: actorName(actor),
    objectKind: 'subject',
    objectId: entry?.id ?? audit.unknownName(`${request.realm}\n${request.subject}`),
    ...(entry === null ? {} : { objectName: entry.name }),
    ...(realm === null ? {} : { realmId: realm.id }),
    address,
  }
}
