import type { Ask } from '../../server/call.ts'
import type { listAudit } from '../../contract.ts'

/** What an auditor looks for, as typed. */
export type AuditFilter = {
  readonly actor: string
  readonly action: string
  readonly object: string
  readonly outcome: string
  /** Days as the date field gives them, empty for any. */
  readonly fromDay: string
  readonly toDay: string
}

export const emptyFilter: AuditFilter = { actor: '', action: '', object: '', outcome: '', fromDay: '', toDay: '' }

export type AuditQuery = NonNullable<Ask<typeof listAudit>['query']>

/** The filter as the API takes it: only what was filled in. */
export function queryOf({ actor, action, object, outcome, fromDay, toDay }: AuditFilter): AuditQuery {
  return {
    ...(actor === '' ? {} : { actor }),
    ...(action === '' ? {} : { action }),
    ...(object === '' ? {} : { object }),
    ...(outcome === '' ? {} : { outcome }),
    ...(isDay(fromDay) ? { afterMs: new Date(`${fromDay}T00:00:00`).getTime() } : {}),
    ...(isDay(toDay) ? { beforeMs: new Date(`${toDay}T23:59:59.999`).getTime() } : {}),
  }
}

// The address may hold anything.
function isDay(text: string): boolean {
  return !Number.isNaN(Date.parse(`${text}T00:00:00`))
}
