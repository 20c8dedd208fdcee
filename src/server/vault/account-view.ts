import type { Account } from '../../api/accounts.ts'
import type { SignOnDemand } from '../access/oidc/demand.ts'
import type { VaultAccount } from './account.ts'
import type { AccountRights } from './rights.ts'

/** What belongs to whoever looks. */
export interface Viewer {
  readonly rights: AccountRights
  readonly favourite: boolean
  readonly undoMs: number
  readonly nowMs: number
}

/** An account as the API shows it: everything but what makes codes (law 2). */
export function viewOf(account: VaultAccount, { rights, favourite, undoMs, nowMs }: Viewer): Account {
  const undoUntilMs = account.deletedAtMs === null ? account.previousUntilMs : account.deletedAtMs + undoMs
  return {
    id: account.id,
    label: account.label,
    identifier: account.identifier,
    issuer: account.issuer,
    url: account.url,
    tags: [...account.tags],
    note: account.note,
    type: account.type,
    algorithm: account.algorithm,
    digits: account.digits,
    periodSeconds: account.periodSeconds,
    lease: account.lease,
    stepUp: account.stepUp,
    ...(account.signOnDemand === null ? {} : { signOnDemand: demandView(account.signOnDemand) }),
    marked: account.marked,
    ...rights,
    favourite,
    rotateReason: account.rotateReason,
    ...(undoUntilMs === null || undoUntilMs <= nowMs || !rights.mayManage ? {} : { undoUntilMs }),
    deletedAtMs: account.deletedAtMs,
    createdAtMs: account.createdAtMs,
    updatedAtMs: account.updatedAtMs,
  }
}

function demandView({ acrValues, amr, maxAgeSeconds }: SignOnDemand): NonNullable<Account['signOnDemand']> {
  return { acrValues: [...acrValues], amr: [...amr], maxAgeSeconds }
}
