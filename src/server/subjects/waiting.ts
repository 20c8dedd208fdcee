import { Failure } from '../../errors/failure.ts'
import type { Attempt } from './decide.ts'
import type { RealmEntry } from './directory.ts'
import type { SourceKey } from './hot-store.ts'
import type { JudgeRequest } from './judge.ts'
import type { Ledger } from './ledger.ts'
import { matchAttempt } from './matching.ts'
import type { RosterEntry } from './roster.ts'
import type { Judged } from './verdict.ts'

/** A request in the queue, and what was found out about it on the way to its verdict. */
export interface Waiting {
  readonly request: JudgeRequest
  /** What has to be accepted first, in the same batch or one before. */
  readonly gate: Waiting | null
  readonly sourceHash: string | null
  readonly atMs: number
  readonly resolve: (judged: Judged) => void
  readonly reject: (reason: unknown) => void
  realm: RealmEntry | null
  entry: RosterEntry | null
  attempt: Attempt | null
  /** The entry was old, or its row held: load it anew. */
  isStale: boolean
  /** When that was first found, by the monotonic clock: a wall clock may be stepped meanwhile. */
  heldSinceMs: number | null
  tries: number
  outcome: Outcome | null
}

/** A verdict, a failure of this one alone, or `later` when the row was held or the subject changed meanwhile. */
export type Outcome = Judged | Failure | 'later'

const largestBatch = 512

/** A code and the one it stands behind go into one batch: of two batches under way, only one may fail to commit. */
export function batchSize(queue: readonly Waiting[]): number {
  const next = queue[largestBatch]
  return next !== undefined && next.gate !== null && next.gate === queue[largestBatch - 1]
    ? largestBatch + 1
    : largestBatch
}

/** Whether an outcome is a verdict, and a good one. */
export function isAccepted(outcome: Outcome): boolean {
  return typeof outcome === 'object' && 'accepted' in outcome && outcome.accepted
}

/** The steps its code belongs to. */
export function match({ request, realm, entry, atMs }: Waiting): Attempt {
  const { purpose, code, secondCode } = request
  const shown = { purpose, code, atMs, ...(secondCode === undefined ? {} : { secondCode }) }
  return matchAttempt(shown, entry, realm?.policy)
}

/** The source whose budget its guess counts in, as far as it has one. */
export function sourceKeysOf({ entry, sourceHash: hash }: Waiting): SourceKey[] {
  return hash === null ? [] : [{ subjectId: entry?.id ?? '', sourceHash: hash }]
}

/** What its Idempotency-Key was answered before, null where it was not. */
export function repeatedVerdict({ request, entry }: Waiting, ledger: Ledger): Judged | Failure | null {
  const memo = request.idempotency === undefined ? undefined : ledger.memoOf(request.idempotency.keyHash)
  if (memo === undefined) return null
  const isSame = memo.bodyHash === request.idempotency?.bodyHash && memo.subjectId === (entry?.id ?? '')
  return isSame ? (JSON.parse(memo.verdict) as Judged) : new Failure('idempotency_key_reused')
}
