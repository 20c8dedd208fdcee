import type { HotTx } from '../database/storage.ts'
import { type Decision, freshState, type SubjectState } from './decide.ts'
import {
  acceptSources,
  lockStates,
  type Memo,
  promote,
  type Promotion,
  readMemos,
  readSources,
  type SourceChange,
  type SourceKey,
  type StateChange,
  writeMemos,
  writeSourceFailures,
  writeStates,
} from './hot-store.ts'
import { isKnown, type NamedSource, type SourceState } from './lockout.ts'

/** A known source is refreshed once a day, not with every code. */
const refreshAfterMs = 86_400_000
/** Stands for what does not exist: its statements run and change nothing (T40). */
const nobody = ''

/** What a batch asks the database for. */
export interface LedgerNeeds {
  readonly subjectIds: readonly string[]
  readonly sources: readonly SourceKey[]
  readonly memoKeys: readonly string[]
  readonly memosSinceMs: number
}

/**
 * The rows of one batch inside its transaction: read once, decided upon one attempt after the other, written once.
 *
 * Each attempt costs the same statements, whether its subject exists or not.
 */
export class Ledger {
  readonly #states: Map<string, SubjectState>
  readonly #sources: Map<string, SourceState>
  readonly #memos: Map<string, Memo>
  readonly #changedStates = new Map<string, StateChange>()
  readonly #failures: SourceChange[] = []
  readonly #accepted: SourceChange[] = []
  readonly #promotions: Promotion[] = []
  readonly #newMemos: Memo[] = []
  #pretended = 0

  constructor(states: Map<string, SubjectState>, sources: Map<string, SourceState>, memos: Map<string, Memo>) {
    this.#states = states
    this.#sources = sources
    this.#memos = memos
  }

  /** Locks and reads what a batch needs. */
  static async open(tx: HotTx, needs: LedgerNeeds): Promise<Ledger> {
    const [states, sources, memos] = await Promise.all([
      lockStates(tx, needs.subjectIds),
      readSources(tx, needs.sources),
      needs.memoKeys.length === 0 ? new Map<string, Memo>() : readMemos(tx, needs.memoKeys, needs.memosSinceMs),
    ])
    return new Ledger(states, sources, memos)
  }

  /** The state of a subject as of now; undefined when its row is gone or held by another server. */
  stateOf(subjectId: string): SubjectState | undefined {
    return this.#states.get(subjectId)
  }

  sourceOf(subjectId: string, sourceHash: string | null): SourceState | null {
    if (sourceHash === null) return null
    const main = this.#states.get(subjectId)?.mainSource ?? null
    return main?.hash === sourceHash ? main : (this.#sources.get(`${subjectId} ${sourceHash}`) ?? null)
  }

  memoOf(keyHash: string): Memo | undefined {
    return this.#memos.get(keyHash)
  }

  /** Takes down a decision; the next attempt on the same subject meets its outcome. */
  record(subjectId: string, sourceHash: string | null, decision: Decision): void {
    const before = this.#states.get(subjectId)
    const mainSource = sourceHash === null ? null : this.#recordSource({ subjectId, sourceHash }, decision)
    const state = mainSource === null ? decision.state : { ...decision.state, mainSource }
    if (state === before) this.#pretended += 1
    else this.#changeState({ subjectId, state })
  }

  /** Costs what a decision about a subject costs. */
  pretend(sourceHash: string | null): void {
    this.#pretended += 1
    if (sourceHash !== null) this.#failures.push({ subjectId: nobody, sourceHash, source: noSource })
  }

  addPromotion(promotion: Promotion): void {
    this.#promotions.push(promotion)
  }

  addMemo(memo: Memo): void {
    this.#memos.set(memo.keyHash, memo)
    this.#newMemos.push(memo)
  }

  /** Writes everything that was taken down. */
  async flush(tx: HotTx): Promise<void> {
    const changes = [...this.#changedStates.values()]
    for (let count = 0; count < this.#pretended; count += 1) {
      changes.push({ subjectId: nobody, state: freshState() })
    }
    await Promise.all([
      writeStates(tx, changes),
      this.#failures.length > 0 && writeSourceFailures(tx, this.#failures),
      this.#accepted.length > 0 && acceptSources(tx, this.#accepted),
      ...this.#promotions.map((promotion) => promote(tx, promotion)),
      this.#newMemos.length > 0 && writeMemos(tx, this.#newMemos),
    ])
  }

  #changeState(change: StateChange): void {
    if (this.#changedStates.has(change.subjectId)) this.#pretended += 1
    this.#changedStates.set(change.subjectId, change)
    this.#states.set(change.subjectId, change.state)
  }

  /** Takes down what a decision changes about its source, or answers it when it belongs into the state. */
  #recordSource(key: SourceKey, { accepted, source, state }: Decision): NamedSource | null {
    const { subjectId, sourceHash } = key
    const before = this.sourceOf(subjectId, sourceHash)
    const isMain = state.mainSource?.hash === sourceHash
    if (accepted) {
      if (source === null || !needsRefresh(before, state.lastVerifiedAtMs)) return null
      const isFurther = this.#sources.has(`${subjectId} ${sourceHash}`)
      // A main source that is no longer known makes room for the next one.
      const hasRoom = !isKnown(state.mainSource, state.lastVerifiedAtMs)
      if (isMain || (hasRoom && !isFurther)) return { ...source, hash: sourceHash }
      this.#changeFurther(this.#accepted, { ...key, source })
      return null
    }
    const isCharged = source !== null && source !== before
    // A failure at the main source goes into the state: its own statement runs all the same (T40).
    if (isCharged && !isMain) this.#changeFurther(this.#failures, { ...key, source })
    else this.#failures.push({ subjectId: nobody, sourceHash, source: noSource })
    return isCharged && isMain ? { ...source, hash: sourceHash } : null
  }

  #changeFurther(changes: SourceChange[], change: SourceChange): void {
    this.#sources.set(`${change.subjectId} ${change.sourceHash}`, change.source)
    changes.push(change)
  }
}

const noSource: SourceState = { acceptedAtMs: 0, windowStartedAtMs: 0, failures: 0 }

function needsRefresh(before: SourceState | null, nowMs: number): boolean {
  return !isKnown(before, nowMs) || before.failures > 0 || before.acceptedAtMs < nowMs - refreshAfterMs
}
