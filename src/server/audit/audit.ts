import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { asHotTx } from '../database/sql.ts'
import type { HotTx, Storage, StorageClock, StorageLog, Tx } from '../database/storage.ts'
import { appendEvents, type Chain } from './chain.ts'
import { type Checkpoint, createSigner, makeCheckpoint, type Signer } from './checkpoint.ts'
import type { AuditEvent } from './event.ts'
import { exportChains, exportFiltered } from './export.ts'
import { type ChainEnds, chainEnds, eventsAbove } from './follow.ts'
import { isProven } from './head.ts'
import type { RecordedEvent } from './link.ts'
import { withIds } from './names.ts'
import { finishPruning, pruneBefore, type Pruning } from './prune.ts'
import { SearchIndex } from './search-index.ts'
import {
  type AuditFilter,
  type AuditPage,
  countEvents,
  type DayCount,
  findEvents,
  type IdFilter,
  listActions,
} from './search.ts'
import { checkpointedSequence, findHead, insertCheckpoint, leftBehind } from './store.ts'
import { type AuditReport, type MendColumns, verifyDatabase } from './verify.ts'

const checkpointEveryMs = 60_000

const nothing = () => {}

/** What the audit is made from. */
export interface AuditParts {
  readonly storage: Storage
  readonly keyRing: { deriveKey(label: string): Uint8Array }
  readonly clock: StorageClock
  readonly log: StorageLog
}

/** Hands a checkpoint on, in the transaction that keeps it. */
export type CheckpointSender = (tx: Tx, checkpoint: Checkpoint) => Promise<void>

/**
 * Opens the audit of a database and begins to write a signed checkpoint every minute; `close()` writes the last.
 *
 * SQLite has one chain that all processes share, PostgreSQL one for each server start; it begins with the first event.
 */
export function createAudit(parts: AuditParts): Audit {
  const audit = new Audit(parts)
  audit.start()
  return audit
}

/**
 * The append-only record of what happened.
 *
 * ```ts
 * await storage.transaction(async (tx) => {
 *   await audit.append(tx, [{ action: 'account.reveal', … }])   // law 3: before the effect, in its transaction
 *   …
 * })
 * ```
 */
export class Audit {
  readonly #parts: AuditParts
  readonly #chain: Chain
  readonly #nameKey: Uint8Array
  readonly #signer: Signer
  readonly #index: SearchIndex
  #timer: NodeJS.Timeout | null = null
  #send: CheckpointSender | null = null
  /** Settles when no check is under way. */
  #check: Promise<void> = Promise.resolve()
  #nextCheck: Promise<AuditReport> | null = null

  /** Use {@link createAudit}. */
  constructor(parts: AuditParts) {
    const { storage, keyRing } = parts
    this.#parts = parts
    const id = storage.engine === 'sqlite' ? 'main' : randomBytes(9).toString('hex')
    this.#chain = { id, headKey: createSecretKey(keyRing.deriveKey('audit head')) }
    this.#nameKey = keyRing.deriveKey('audit unknown names')
    this.#signer = createSigner(keyRing.deriveKey('audit checkpoints'))
    this.#index = new SearchIndex(storage)
  }

  /** The Ed25519 public key of checkpoints and exports, 32 bytes. Note it outside. */
  get publicKey(): Uint8Array {
    return this.#signer.publicKey
  }

  /**
   * Records events in the transaction of what they tell of. The time is the clock's.
   *
   * @throws Failure `audit_head_forged`: then nothing may be answered
   */
  append(tx: Tx, events: readonly AuditEvent[]): Promise<void> {
    return this.appendHot(asHotTx(tx, this.#parts.storage.engine), events, this.#parts.clock.nowMs())
  }

  /** The same for batches: one head read, one insert, one head written, however many events. */
  appendHot(tx: HotTx, events: readonly AuditEvent[], atMs: number): Promise<void> {
    return appendEvents(tx, this.#chain, events, atMs)
  }

  /**
   * A name that belongs to nobody, as the audit keeps it: people type passphrases into name fields.
   *
   * @returns a keyed hash, the same for the same text, e.g. `unknown:3f1c…`
   */
  unknownName(text: string): string {
    return `unknown:${createHmac('sha256', this.#nameKey).update(text).digest('hex').slice(0, 24)}`
  }

  /** A page of events, newest first; reading never removes any (T93). */
  async list(
    filter: AuditFilter,
    page: { cursor?: string | undefined; limit?: number | undefined } = {},
  ): Promise<AuditPage> {
    return findEvents(this.#parts.storage.db, await this.#prepare(filter), page)
  }

  /** Every action that was ever recorded here and not pruned, in the order of the alphabet. */
  async actions(): Promise<string[]> {
    await this.#index.catchUp()
    return listActions(this.#parts.storage.db)
  }

  /** How often each action happened on each day. */
  async counts(filter: AuditFilter): Promise<DayCount[]> {
    return countEvents(this.#parts.storage.db, await this.#prepare(filter))
  }

  /** Everything as JSON lines that `verifyExport` checks offline. */
  export(): AsyncGenerator<string> {
    return exportChains(this.#parts.storage, this.#signer, this.#parts.clock.nowMs())
  }

  /** The events a filter finds as JSON lines, for reading. */
  async *exportFiltered(filter: AuditFilter): AsyncGenerator<string> {
    yield* exportFiltered(this.#parts.storage, await this.#prepare(filter))
  }

  /** Where every chain ends now: what {@link Audit.above} goes on from. */
  ends(): Promise<ChainEnds> {
    return chainEnds(this.#parts.storage.db)
  }

  /** What was recorded above these ends, each event once; moves the ends on. */
  async *above(ends: ChainEnds, filter: AuditFilter): AsyncGenerator<RecordedEvent> {
    yield* eventsAbove(this.#parts.storage.db, ends, await this.#prepare(filter))
  }

  /**
   * Checks every chain against its links, its head and its checkpoints. It reads everything, so whoever asks while a
   * check is under way shares the next one: however many ask, no more than one runs.
   */
  verify(): Promise<AuditReport> {
    this.#nextCheck ??= this.#check.then(() => {
      this.#nextCheck = null
      const keys = { headKey: this.#chain.headKey, publicKey: this.#signer.publicKey }
      const mend: MendColumns = (chain, after) => this.#index.mend(chain, after)
      const report = verifyDatabase(this.#parts.storage, keys, this.#parts.clock.nowMs(), mend)
      this.#check = report.then(nothing, nothing)
      return report
    })
    return this.#nextCheck
  }

  /** Removes events from before a moment, itself an event. Answers how many. */
  prune(beforeMs: number, by: Pruning['by']): Promise<number> {
    const { storage, clock } = this.#parts
    const { headKey } = this.#chain
    return pruneBefore(
      { storage, headKey, signer: this.#signer, chain: this.#chain, nowMs: clock.nowMs(), by },
      beforeMs,
    )
  }

  /** Deletes what a pruning that was cut short left behind. */
  finishPruning(): Promise<void> {
    return finishPruning(this.#parts.storage)
  }

  /** Signs where our chain stands, unless that is signed already. */
  async checkpoint(): Promise<void> {
    const { storage, clock } = this.#parts
    await storage.transaction(async (tx) => {
      const head = await findHead(tx, this.#chain.id)
      // A forged head is not signed: the verifier is to find it, and appending already fails.
      if (head === null || !isProven(this.#chain.headKey, head)) return
      if ((await checkpointedSequence(tx, head.chain)) >= head.sequence) return
      const { chain, sequence, hash } = head
      const checkpoint = makeCheckpoint(this.#signer, { chain, sequence, hash, atMs: clock.nowMs() })
      await insertCheckpoint(tx, checkpoint)
      await this.#send?.(tx, checkpoint)
    })
  }

  /** Sends every checkpoint to where an intruder into this machine cannot reach it (the outbox). */
  sendCheckpoints(send: CheckpointSender): void {
    this.#send = send
  }

  /** Begins the checkpoints of every minute, and the search columns behind the hot transactions. */
  start(): void {
    this.#index.start()
    this.#timer ??= setInterval(() => void this.#tryCheckpoint(), checkpointEveryMs)
    this.#timer.unref()
  }

  /** Writes the last checkpoint; the storage must still be open. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    await this.#index.stop()
    await this.#tryCheckpoint()
  }

  async #prepare(filter: AuditFilter): Promise<IdFilter> {
    const { db } = this.#parts.storage
    await this.#index.catchUp()
    return { ...(await withIds(db, filter)), without: await leftBehind(db) }
  }

  async #tryCheckpoint(): Promise<void> {
    try {
      await this.checkpoint()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#parts.log.warn({ reason }, 'the audit checkpoint could not be written; the next one covers the same events')
    }
  }
}
