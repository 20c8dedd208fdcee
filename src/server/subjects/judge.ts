import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../../errors/failure.ts'
import type { Core } from '../audit/core.ts'
import type { AuditEvent } from '../audit/event.ts'
import { asHotTx } from '../database/sql.ts'
import type { HotTx, Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import { isStorable, unstorable } from '../http/storable.ts'
import { decide, type Decision, type Purpose } from './decide.ts'
import type { RealmDirectory, RealmEntry } from './directory.ts'
import { Ledger } from './ledger.ts'
import { activePlace, pendingPlace, type Roster, type RosterEntry } from './roster.ts'
import { type Source, sourceHash } from './source.ts'
import { type Judged, judgedOf, judgedUnknown } from './verdict.ts'
import { verdictEvents } from './verdict-events.ts'
import { batchSize, isAccepted, match, type Outcome, repeatedVerdict, sourceKeysOf, type Waiting } from './waiting.ts'

/** A code to be judged. Names are NFC already and compared exactly. */
export interface JudgeRequest {
  readonly realm: string
  readonly subject: string
  readonly code: string
  readonly purpose: Purpose
  /** Only for `resync`: the code that followed. */
  readonly secondCode?: string
  /** Who types, as far as anybody knows; null counts as an unknown source. */
  readonly source: Source | null
  readonly actor: Actor
  readonly address: string
  /** Which door asks, for the audit: `api`, `tiny-mfa`, `ungleichotp`, `gate`, `login`. */
  readonly door: string
  readonly idempotency?: Idempotency
}

/** An Idempotency-Key, bound to its token, and the body it came with; both hex of a hash. */
export interface Idempotency {
  readonly keyHash: string
  readonly bodyHash: string
}

/** What goes with a verdict in one transaction: both are there or neither, whatever dies meanwhile (law 7). */
export interface Consequence {
  /** Before the code is looked at: throws where it may not count any more. What it locks is locked first. */
  hold(tx: Tx): Promise<void>
  /** Done when the code was accepted. */
  carryOut(tx: Tx): Promise<void>
}

/** A verdict is repeated under its Idempotency-Key for this long. */
export const repeatedForMs = 60_000
/** A subject whose row another server holds is tried again for this long. */
const givenUpAfterMs = 2000
/** On a machine that is busy two tries may lie further apart than that: they say nothing about the row yet. */
const triedAtLeast = 10
const pauseWhenHeldMs = 3
/** A further batch is begun beside one under way only for as many as this: each costs a round of statements. */
const worthAnotherBatch = 48

/**
 * Decides every code, for all doors (law 1): whatever arrives together is decided together.
 *
 * Secrets are opened and steps matched outside the transaction. Inside, the hot rows are locked, read, decided upon in
 * the order of arrival, written and audited; the answers leave after the commit (laws 3 and 7).
 */
export class Judge {
  readonly #core: Core
  readonly #directory: RealmDirectory
  readonly #roster: Roster
  readonly #sourceKey: string
  readonly #counters = new Map<string, { inc(): void }>()
  #queue: Waiting[] = []
  #isScheduled = false
  #batchesUnderWay = 0

  constructor(core: Core, directory: RealmDirectory, roster: Roster) {
    this.#core = core
    this.#directory = directory
    this.#roster = roster
    this.#sourceKey = Buffer.from(core.keyRing.deriveKey('guess sources')).toString('hex')
  }

  /**
   * Judges one code.
   *
   * @throws {@link Failure} `verification_busy` when the subject's row was held for 2 seconds,
   *   `idempotency_key_reused` when the key came with another body before, `bad_request` for a text that no name is
   */
  judge(request: JudgeRequest): Promise<Judged> {
    if (!isName(request)) return Promise.reject(noName())
    return new Promise((resolve, reject) => {
      this.#enqueue(request, null, resolve, reject)
      this.#schedule()
    })
  }

  /**
   * Judges one code only if another one is accepted, in one transaction where nobody interferes: a caller's own code
   * before the one it asks about.
   *
   * @returns the second answer is null when the first was refused; then nothing was judged, charged or spent for it
   */
  judgeBehind(gate: JudgeRequest, request: JudgeRequest): Promise<[Judged, Judged | null]> {
    if (!isName(gate) || !isName(request)) return Promise.reject(noName())
    let first: Waiting | null = null
    const gateJudged = new Promise<Judged>((resolve, reject) => (first = this.#enqueue(gate, null, resolve, reject)))
    const judged = new Promise<Judged>((resolve, reject) => this.#enqueue(request, first, resolve, reject))
    this.#schedule()
    return Promise.all([gateJudged, judged]).then(([one, other]) => [one, one.accepted ? other : null])
  }

  /** Judges one code, with what follows from it in the same transaction: that is no batch, and rare. */
  judgeWith(consequence: Consequence, request: JudgeRequest): Promise<Judged> {
    if (!isName(request)) return Promise.reject(noName())
    return new Promise((resolve, reject) => {
      void this.#judgeAlone(this.#arrive(request, null, resolve, reject), consequence)
    })
  }

  async #judgeAlone(waiting: Waiting, consequence: Consequence): Promise<void> {
    while ((await this.#judgeBatch([waiting], consequence)).length > 0) await pause(pauseWhenHeldMs)
  }

  #enqueue(
    request: JudgeRequest,
    gate: Waiting | null,
    resolve: Waiting['resolve'],
    reject: Waiting['reject'],
  ): Waiting {
    const waiting = this.#arrive(request, gate, resolve, reject)
    this.#queue.push(waiting)
    return waiting
  }

  #arrive(
    request: JudgeRequest,
    gate: Waiting | null,
    resolve: Waiting['resolve'],
    reject: Waiting['reject'],
  ): Waiting {
    const { source } = request
    return {
      request,
      gate,
      sourceHash: source === null ? null : sourceHash(this.#sourceKey, source),
      atMs: this.#core.services.clock.nowMs(),
      resolve,
      reject,
      realm: null,
      entry: null,
      attempt: null,
      isStale: false,
      heldSinceMs: null,
      tries: 0,
      outcome: null,
    }
  }

  // After the poll phase: by then every request that had arrived has been read, and they share one commit.
  #schedule(): void {
    if (this.#isScheduled || !this.#mayBegin()) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      if (this.#mayBegin()) void this.#runBatch()
    })
  }

  #mayBegin(): boolean {
    if (this.#batchesUnderWay === 0) return this.#queue.length > 0
    return this.#batchesUnderWay < this.#core.storage.hotTransactions && this.#queue.length >= worthAnotherBatch
  }

  async #runBatch(): Promise<void> {
    this.#batchesUnderWay += 1
    const batch = this.#queue.splice(0, batchSize(this.#queue))
    // What the next batch could take is looked at as soon as this one waits for the database.
    this.#schedule()
    const held = await this.#judgeBatch(batch)
    if (held.length > 0 && this.#queue.length === 0) await pause(pauseWhenHeldMs)
    this.#queue = [...held, ...this.#queue]
    this.#batchesUnderWay -= 1
    this.#schedule()
  }

  /** Judges a batch and answers it; what could not be decided yet comes back. */
  async #judgeBatch(batch: readonly Waiting[], consequence?: Consequence): Promise<Waiting[]> {
    try {
      await this.#look(batch)
      for (const waiting of batch) waiting.attempt = match(waiting)
      const outcomes = await this.#transact(batch, consequence)
      return batch.filter((waiting, index) => !this.#settle(waiting, outcomes[index] ?? 'later'))
    } catch (error) {
      for (const waiting of batch) rejectWith(waiting, error)
      return []
    }
  }

  #transact(batch: readonly Waiting[], consequence?: Consequence): Promise<Outcome[]> {
    const { storage } = this.#core
    if (consequence === undefined) return storage.hotTransaction((tx) => this.#decideIn(tx, batch))
    return storage.transaction(async (tx) => {
      await consequence.hold(tx)
      const outcomes = await this.#decideIn(asHotTx(tx, storage.engine), batch)
      if (outcomes.some(isAccepted)) await consequence.carryOut(tx)
      return outcomes
    })
  }

  async #look(batch: readonly Waiting[]): Promise<void> {
    const realms = new Map<string, RealmEntry | null>()
    const missing = new Map<RealmEntry, Waiting[]>()
    for (const waiting of batch) {
      const { request } = waiting
      let realm = realms.get(request.realm)
      if (realm === undefined) {
        realm = await this.#directory.find(request.realm)
        realms.set(request.realm, realm)
      }
      waiting.realm = realm
      const entry = realm === null || waiting.isStale ? undefined : this.#roster.recall(realm.id, request.subject)
      waiting.entry = entry ?? null
      if (realm !== null && entry === undefined) pushTo(missing, realm, waiting)
    }
    for (const [realm, waitings] of missing) await this.#loadOrEach(realm, waitings)
  }

  // A request that the database chokes on takes nobody of its batch with it.
  async #loadOrEach(realm: RealmEntry, waitings: readonly Waiting[]): Promise<void> {
    try {
      await this.#load(realm, waitings)
    } catch (error) {
      if (error instanceof Failure && error.code !== 'bad_request') throw error
      for (const waiting of waitings) {
        await this.#load(realm, [waiting]).catch((reason: unknown) => (waiting.outcome = failureOf(reason)))
      }
    }
  }

  async #load(realm: RealmEntry, waitings: readonly Waiting[]): Promise<void> {
    const found = await this.#roster.load(realm, [...new Set(waitings.map(({ request }) => request.subject))])
    for (const waiting of waitings) waiting.entry = found.get(waiting.request.subject) ?? null
  }

  async #decideIn(tx: HotTx, batch: readonly Waiting[]): Promise<Outcome[]> {
    const ledger = await Ledger.open(tx, {
      subjectIds: [...new Set(batch.map(({ entry }) => entry?.id ?? ''))],
      sources: batch.flatMap(sourceKeysOf),
      memoKeys: batch.flatMap(({ request }) => request.idempotency?.keyHash ?? []),
      memosSinceMs: this.#core.services.clock.nowMs() - repeatedForMs,
    })
    const events: AuditEvent[] = []
    const outcomes = batch.map((waiting) => (waiting.outcome = this.#decideOne(waiting, ledger, events)))
    await Promise.all([ledger.flush(tx), this.#core.audit.appendHot(tx, events, this.#core.services.clock.nowMs())])
    return outcomes
  }

  #decideOne(waiting: Waiting, ledger: Ledger, events: AuditEvent[]): Outcome {
    const { entry, gate } = waiting
    if (waiting.outcome instanceof Failure) return waiting.outcome
    const opened = gate?.outcome ?? null
    if (gate !== null && (opened === null || opened === 'later' || opened instanceof Failure)) return opened ?? 'later'
    if (opened !== null && !isAccepted(opened)) return judgedUnknown(waiting.attempt?.nowStep ?? 0)
    if (entry !== null && entry.failure !== null) return new Failure('subject_unreadable', { cause: entry.failure })
    const repeated = repeatedVerdict(waiting, ledger)
    if (repeated !== null) return repeated
    const decision = entry === null ? null : this.#decideKnown(waiting, entry, ledger)
    if (decision === 'later') return 'later'
    if (decision === null) ledger.pretend(waiting.sourceHash)
    const { request, realm, atMs, attempt } = waiting
    events.push(...verdictEvents({ request, realm, entry, decision, nowStep: attempt?.nowStep ?? 0 }, this.#core.audit))
    const judged =
      decision === null || entry === null ? judgedUnknown(attempt?.nowStep ?? 0) : judgedOf(entry.id, decision)
    if (request.idempotency !== undefined) {
      ledger.addMemo({ ...request.idempotency, subjectId: entry?.id ?? '', verdict: JSON.stringify(judged), atMs })
    }
    return judged
  }

  #decideKnown(waiting: Waiting, entry: RosterEntry, ledger: Ledger): Decision | 'later' {
    const { realm, attempt } = waiting
    const state = ledger.stateOf(entry.id)
    if (realm === null || attempt === null || state === undefined) return 'later'
    if (state.secretVersion !== entry.version || realm.updatedAtMs !== entry.realmUpdatedAtMs) {
      // A change of the realm moves the versions of all its subjects: the policy in memory may be as old as the secret.
      this.#directory.forget(realm.name)
      return 'later'
    }
    const decision = decide(
      {
        policy: realm.policy,
        periodSeconds: (entry.active ?? entry.pending)?.shape.periodSeconds ?? realm.policy.periodSeconds,
        isEnabled: realm.policy.isEnabled && entry.isEnabled,
        hasSecret: entry.active !== null,
        pendingUntilMs: entry.pending === null ? null : entry.pendingUntilMs,
        state,
        source: ledger.sourceOf(entry.id, waiting.sourceHash),
      },
      attempt,
    )
    ledger.record(entry.id, waiting.sourceHash, decision)
    if (decision.isPromotion) this.#promote(realm, entry, waiting.atMs, ledger)
    return decision
  }

  #promote(realm: RealmEntry, { id, pendingSealed }: RosterEntry, atMs: number, ledger: Ledger): void {
    if (pendingSealed === null) return
    const { keyRing } = this.#core
    const secret = keyRing.open(pendingSealed, pendingPlace(id))
    ledger.addPromotion({ subjectId: id, sealedSecret: keyRing.seal(realm.dataKeyId, secret, activePlace(id)), atMs })
  }

  /** Answers; false when there is no answer yet. */
  #settle(waiting: Waiting, outcome: Outcome): boolean {
    if (outcome === 'later') return this.#wait(waiting)
    if (outcome instanceof Failure) waiting.reject(outcome)
    else {
      if (outcome.accepted && outcome.isPromotion && waiting.realm !== null) {
        this.#roster.forget(waiting.realm.id, waiting.request.subject)
      }
      this.#count(waiting.request.door, outcome.accepted ? 'accepted' : outcome.reason)
      waiting.resolve(outcome)
    }
    return true
  }

  // Looking a counter up by its labels costs a tenth of a verdict.
  #count(door: string, outcome: string): void {
    const name = `${door} ${outcome}`
    let counter = this.#counters.get(name)
    if (counter === undefined) {
      counter = this.#core.services.metrics.verdicts.labels(door, outcome)
      this.#counters.set(name, counter)
    }
    counter.inc()
  }

  #wait(waiting: Waiting): boolean {
    waiting.isStale = true
    waiting.heldSinceMs ??= performance.now()
    waiting.tries += 1
    if (waiting.tries < triedAtLeast || performance.now() - waiting.heldSinceMs < givenUpAfterMs) return false
    waiting.reject(new Failure('verification_busy'))
    return true
  }
}

// What was decided in a transaction that failed was never decided: nothing behind this gate may pass.
function rejectWith(waiting: Waiting, error: unknown): void {
  waiting.outcome = failureOf(error)
  waiting.reject(error)
}

function failureOf(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('internal_error', { cause: error })
}

// Where no subject could have such a name there is nothing to look up, and nothing that is told by saying so.
function isName({ realm, subject }: JudgeRequest): boolean {
  return isStorable(realm) && isStorable(subject)
}

function noName(): Failure {
  return new Failure('bad_request', { detail: { reason: unstorable } })
}

function pushTo<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item): void {
  const items = map.get(key)
  if (items === undefined) map.set(key, [item])
  else items.push(item)
}
