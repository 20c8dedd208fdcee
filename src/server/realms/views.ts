import type * as realmApi from '../../api/realms.ts'
import type * as subjectApi from '../../api/subjects.ts'
import { realmEntry } from '../subjects/directory.ts'
import type { ShownSecret } from '../subjects/enrol.ts'
import { isCapped } from '../subjects/lockout.ts'
import { stateOf } from '../subjects/state-row.ts'
import type { RealmRow } from '../subjects/store.ts'
import { guessFigures } from './guess-figures.ts'
import type { ListedSubject } from './store.ts'

/** A realm as the API shows it. */
export function realmView(row: RealmRow, inherited: realmApi.LockoutRule, subjectCount: number): realmApi.Realm {
  const { policy } = realmEntry(row, inherited)
  return {
    id: row.id,
    name: row.name,
    issuerLabel: row.issuer_label,
    contact: row.contact,
    algorithm: policy.algorithm,
    digits: policy.digits,
    periodSeconds: policy.periodSeconds,
    windowBack: policy.windowBack,
    windowForward: policy.windowForward,
    replay: policy.replay,
    readback: policy.readback,
    enabled: policy.isEnabled,
    lockout: row.lockout === null ? null : policy.lockout,
    effectiveLockout: policy.lockout,
    guess: guessFigures(policy),
    origin: row.origin,
    subjectCount,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  }
}

/** A subject as the API shows it: what it holds, never the secret (T53). */
export function subjectView(
  row: ListedSubject,
  realm: { name: string; policy: { lockout: realmApi.LockoutRule } },
  nowMs: number,
): subjectApi.Subject {
  const { guesses, lastVerifiedAtMs } = stateOf(row)
  const isPending = row.has_pending === 1 && (row.pending_until_ms ?? 0) > nowMs
  const isOnCap = isCapped(guesses, realm.policy.lockout)
  const isWaiting = guesses.unknownWaitUntilMs > nowMs
  return {
    id: row.id,
    realm: realm.name,
    name: row.name,
    email: row.email,
    enabled: row.enabled === 1,
    enrolment: row.has_secret === 1 ? 'active' : isPending ? 'pending' : 'none',
    pendingUntilMs: isPending ? row.pending_until_ms : null,
    locked: isOnCap || isWaiting,
    capped: isOnCap,
    failures: guesses.unknownFailures + guesses.knownFailures,
    waitUntilMs: isWaiting ? guesses.unknownWaitUntilMs : null,
    lastVerifiedAtMs: lastVerifiedAtMs === 0 ? null : lastVerifiedAtMs,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  }
}

/** A secret as the API shows it. */
export function enrolmentView(
  shown: ShownSecret,
  named: { issuer: string; name: string; serverTimeMs: number },
): subjectApi.Enrolment {
  const { secretBase32, otpauthUri, shape, pendingUntilMs } = shown
  return { otpauthUri, secretBase32, ...named, ...shape, pendingUntilMs }
}
