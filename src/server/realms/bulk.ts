import { randomUUID } from 'node:crypto'
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import type * as api from '../../api/bulk.ts'
import type { Place } from '../../crypto/sealing.ts'
import { Failure } from '../../errors/failure.ts'
import type { Core } from '../audit/core.ts'
import type { Queryable } from '../database/storage.ts'
import { type Page, pageOfRows, type PageWish, readCursor } from '../http/cursor.ts'
import { type By, realmEvent } from '../subjects/audited.ts'
import type { RealmEntry } from '../subjects/directory.ts'
import { listedPendingForMs } from '../subjects/enrol.ts'
import { nameKey } from '../subjects/names.ts'
import type { Newcomer } from '../subjects/newcomers.ts'
import type { Subjects } from '../subjects/subjects.ts'
import {
  emptySummary,
  isException,
  type Outcome,
  outcomesOf,
  partsHolding,
  type Summary,
  withPart,
} from './bulk-outcomes.ts'
import type { BulkInput } from './bulk-rows.ts'
import * as jobs from './bulk-store.ts'
import { takenNameKeys } from './store.ts'

/** Rows written in one transaction, and kept as one part: few, so that verdicts get their turn in between. */
const rowsAtOnce = 100
/** Parts sealed in one turn of the event loop. */
const partsAtOnce = 20
/** A running job nobody moved for this long is taken over; should its server live after all, one of the two gives way. */
const orphanedAfterMs = 10_000
const lookEveryMs = 5000
const progressEveryMs = 500

/** Which outcomes of a job are asked for. */
interface WhichRows {
  readonly after: number
  readonly limit: number
  /** Leaves out what was simply created. */
  readonly exceptionsOnly: boolean
}

/** What a part of a job is to do: sealed, because rows may hold secrets. */
interface PartInput {
  readonly by: By
  readonly rows: readonly BulkInput[]
}

/** Whoever watches a job. */
interface BulkWatcher {
  readonly signal: AbortSignal
  readonly mayWatch: () => Promise<boolean>
}

/**
 * Bulk enrolments: background jobs that survive a restart.
 *
 * Some rows, the job's place and their outcomes are written in one transaction, so that a job that was killed goes on
 * where it stood and makes nobody twice.
 */
export class BulkEnrolment {
  readonly #core: Core
  readonly #subjects: Subjects
  readonly #running = new Map<string, Promise<void>>()
  readonly #timer: NodeJS.Timeout
  #isClosed = false

  constructor(core: Core, subjects: Subjects) {
    this.#core = core
    this.#subjects = subjects
    this.#timer = setInterval(() => void this.resume(), lookEveryMs)
    this.#timer.unref()
  }

  /** Begins a job; with `isDryRun` it is finished at once and nobody is made. */
  async begin(by: By, realm: RealmEntry, rows: readonly BulkInput[], isDryRun: boolean): Promise<api.BulkJob> {
    const id = randomUUID()
    await this.#core.keyRing.ready(realm.dataKeyId)
    const foreseen = isDryRun ? await this.#foresee(realm, rows) : []
    const nowMs = this.#core.services.clock.nowMs()
    const row: jobs.JobRow = {
      id,
      kind: 'subjects',
      realm_id: realm.id,
      state: isDryRun ? 'done' : 'running',
      total: rows.length,
      done: isDryRun ? rows.length : 0,
      sealed_input: null,
      report: JSON.stringify(foreseen.reduce(withPart, emptySummary(rowsAtOnce))),
      created_by: by.actor.kind,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    }
    const parts: jobs.NewPart[] = []
    for (const [index, some] of partsOf(rows).entries()) {
      const part = { id: jobs.partId(id, index), rows: some.length, outcomes: foreseen[index] ?? [] }
      const sealed = isDryRun ? null : this.#sealInput(realm, part.id, { by, rows: some })
      if (parts.push({ ...part, sealed }) % partsAtOnce === 0) await turn()
    }
    await this.#core.storage.transaction(async (tx) => {
      await jobs.insertJob(tx, row)
      await jobs.insertParts(tx, row, parts)
      await this.#core.audit.append(tx, [
        realmEvent(by, 'bulk', realm, { job: id, rows: rows.length, dryRun: isDryRun }),
      ])
    })
    if (!isDryRun) this.#start(id, realm.name)
    return jobView(row, realm.name)
  }

  /** A page of the jobs of a realm, newest first. */
  async list(realm: RealmEntry, { cursor, limit = 50 }: PageWish): Promise<Page<api.BulkJob>> {
    const before = cursor === undefined ? null : positionIn(cursor)
    const rows = await jobs.listJobs(this.#core.storage.db, realm.id, { before, limit: limit + 1 })
    return pageOfRows(
      rows,
      limit,
      (row) => [row.created_at_ms, row.id],
      (row) => jobView(row, realm.name),
    )
  }

  /** A job and its outcomes from `after` on, perhaps only the exceptional ones. @throws {@link Failure} `bulk_job_not_found` */
  async read(realm: RealmEntry, id: string, { after, limit, exceptionsOnly }: WhichRows) {
    const row = await jobs.findJob(this.#core.storage.db, realm.id, id)
    if (row === undefined) throw new Failure('bulk_job_not_found')
    const summary = summaryOf(row)
    const { parts, skip } = partsHolding(summary, row.done, { after, limit, exceptionsOnly })
    const held = await jobs.readParts(this.#core.storage.db, id, parts)
    const outcomes = exceptionsOnly ? held.filter(isException) : held
    const total = exceptionsOnly ? summary.exceptions.reduce((sum, count) => sum + count, 0) : row.done
    return { job: jobView(row, realm.name), rows: outcomes.slice(skip, skip + limit), total }
  }

  /** A job's progress as server-sent events, until it is over, `signal` fires or whoever asks may see it no more. */
  async *watch(realm: RealmEntry, id: string, { signal, mayWatch }: BulkWatcher): AsyncGenerator<string> {
    while (!signal.aborted && (await mayWatch().catch(() => false))) {
      const { job } = await this.read(realm, id, { after: 0, limit: 0, exceptionsOnly: false })
      yield `event: progress\ndata: ${JSON.stringify(job)}\n\n`
      if (job.state !== 'running' || this.#isClosed) return
      await pause(progressEveryMs)
    }
  }

  /** Takes over jobs that nobody works on: after a restart, or when their server is gone. */
  async resume(): Promise<void> {
    try {
      const before = this.#core.services.clock.nowMs() - orphanedAfterMs
      for (const { id, realm } of await jobs.orphanedJobs(this.#core.storage.db, before)) this.#start(id, realm)
    } catch (error) {
      this.#core.services.log.warn(
        { err: error },
        'bulk enrolments could not be looked for; the next round tries again',
      )
    }
  }

  /** Waits until the rows at hand are written, and starts no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await Promise.all(this.#running.values())
  }

  #start(id: string, realmName: string): void {
    if (this.#running.has(id) || this.#isClosed) return
    const running = this.#run(id, realmName)
      .catch((error: unknown) => this.#core.services.log.error({ err: error, job: id }, 'a bulk enrolment stopped'))
      .finally(() => this.#running.delete(id))
    this.#running.set(id, running)
  }

  async #run(id: string, realmName: string): Promise<void> {
    const realm = await this.#subjects.realm(realmName)
    const row = realm === null ? undefined : await jobs.findJob(this.#core.storage.db, realm.id, id)
    if (realm === null || row === undefined) return
    for (let { done } = row; done < row.total && !this.#isClosed; done += rowsAtOnce) {
      const startedAt = performance.now()
      if (!(await this.#writePart(realm, row, done))) return
      // Others get as much time as this took: Node.js takes one new connection a turn, so every long turn is one
      // that whoever just connected waits for.
      await pause(performance.now() - startedAt)
    }
  }

  /** Writes the next rows; false when another server works on the job or the realm is not what it was. */
  #writePart({ id: realmId, name }: RealmEntry, { id, total }: jobs.JobRow, done: number): Promise<boolean> {
    const { storage, services } = this.#core
    const end = Math.min(done + rowsAtOnce, total)
    return storage.transaction(async (tx) => {
      // Its data key may have been rotated since the last rows. Under another name the job is taken up again.
      const realm = await this.#subjects.realmIn(tx, name)
      if (realm?.id !== realmId) return false
      const nowMs = services.clock.nowMs()
      const moved = await jobs.moveJob(tx, id, { from: done, to: end, nowMs })
      if (moved === null) return false
      const summary = JSON.parse(moved.report) as Summary
      const partId = jobs.partId(id, summary.exceptions.length)
      const { by, rows } = await this.#openInput(partId, await jobs.readPartInput(tx, partId))
      const outcomes = outcomesOf(rows, await this.#takenIn(tx, realm, rows))
      const created = rows.filter((_row, index) => outcomes[index]?.result === 'created')
      await this.#subjects.addMany(tx, realm, created.map(newcomerOf), by)
      await jobs.finishPart(tx, partId, outcomes, nowMs)
      await jobs.writeReport(tx, id, JSON.stringify(withPart(summary, outcomes)), end === total)
      return true
    })
  }

  #sealInput(realm: RealmEntry, partId: string, input: PartInput): Uint8Array {
    return this.#core.keyRing.seal(realm.dataKeyId, Buffer.from(JSON.stringify(input)), inputPlace(partId))
  }

  async #openInput(partId: string, sealed: Uint8Array | null): Promise<PartInput> {
    if (sealed === null) throw new TypeError('a part of a bulk enrolment was done before its job came to it')
    await this.#core.keyRing.readyFor(sealed, inputPlace(partId))
    return JSON.parse(Buffer.from(this.#core.keyRing.open(sealed, inputPlace(partId))).toString()) as PartInput
  }

  #takenIn(db: Queryable, realm: RealmEntry, rows: readonly BulkInput[]): Promise<Set<string>> {
    return takenNameKeys(
      db,
      realm.id,
      rows.map(({ name }) => nameKey(name)),
    )
  }

  /** The parts a job would have. */
  async #foresee(realm: RealmEntry, rows: readonly BulkInput[]): Promise<Outcome[][]> {
    const seen = new Set<string>()
    const parts: Outcome[][] = []
    for (const next of partsOf(rows)) {
      for (const key of await this.#takenIn(this.#core.storage.db, realm, next)) seen.add(key)
      const outcomes = outcomesOf(next, seen)
      for (const { name, result } of outcomes) if (result === 'created') seen.add(nameKey(name))
      parts.push(outcomes)
      // SQLite answers at once: others get their turn in between.
      await turn()
    }
    return parts
  }
}

function partsOf(rows: readonly BulkInput[]): BulkInput[][] {
  const count = Math.ceil(rows.length / rowsAtOnce)
  return Array.from({ length: count }, (_, part) => rows.slice(part * rowsAtOnce, (part + 1) * rowsAtOnce))
}

function newcomerOf({ name, email, enabled, secret, shape }: BulkInput): Newcomer {
  const start =
    secret === undefined
      ? { begins: { pendingForMs: listedPendingForMs } }
      : { begins: 'active' as const, secret: Buffer.from(secret, 'base64'), ...(shape && { shape }) }
  return { subject: { name, email, isEnabled: enabled }, start }
}

function inputPlace(id: string): Place {
  return { table: 'import_job', column: 'sealed_input', row: id }
}

function summaryOf(row: Pick<jobs.JobRow, 'report'>): Summary {
  return JSON.parse(row.report) as Summary
}

function positionIn(cursor: string): jobs.JobPosition {
  const [createdAtMs, id] = readCursor(cursor, ['number', 'string'])
  return [Number(createdAtMs), String(id)]
}

function jobView(row: jobs.JobRow, realm: string): api.BulkJob {
  const { duplicates, refused } = summaryOf(row)
  return {
    id: row.id,
    realm,
    state: row.state as api.BulkJob['state'],
    total: row.total,
    done: row.done,
    created: row.done - duplicates - refused,
    duplicates,
    refused,
    createdAtMs: row.created_at_ms,
  }
}
