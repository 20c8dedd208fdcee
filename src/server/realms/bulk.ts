import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type * as api from '../../api/realms.ts'
import type { Place } from '../../crypto/sealing.ts'
import { Failure } from '../../errors/failure.ts'
import type { Remark } from '../../errors/remarks.ts'
import type { Core } from '../audit/core.ts'
import type { Tx } from '../database/storage.ts'
import { type Page, pageOfRows, type PageWish, readCursor } from '../http/cursor.ts'
import { type By, realmEvent } from '../subjects/audited.ts'
import type { RealmEntry } from '../subjects/directory.ts'
import { listedPendingForMs } from '../subjects/enrol.ts'
import { nameKey } from '../subjects/names.ts'
import type { Subjects } from '../subjects/subjects.ts'
import type { BulkInput } from './bulk-rows.ts'
import * as jobs from './bulk-store.ts'
import { isNameTaken } from './store.ts'

/** Rows written in one transaction: few, so that verdicts get their turn in between. */
const rowsAtOnce = 10
/** A rest between two transactions, in which whatever waits is judged. */
const restMs = 2
/** A running job nobody moved for this long is taken over; should its server live after all, one of the two gives way. */
const orphanedAfterMs = 10_000
const lookEveryMs = 5000
const progressEveryMs = 500

/** A row's outcome as it is kept. */
interface Outcome {
  readonly line: number
  readonly name: string
  readonly result: api.BulkRow['result']
  readonly reason?: Remark
}

/** Which outcomes of a job are asked for. */
interface WhichRows {
  readonly after: number
  readonly limit: number
  /** Leaves out what was simply created. */
  readonly exceptionsOnly: boolean
}

/** What a job does, as long as it runs: sealed, because rows may hold secrets. */
interface JobInput {
  readonly by: By
  readonly rows: readonly BulkInput[]
}

/**
 * Bulk enrolments: background jobs that survive a restart.
 *
 * Rows, the job's place and its outcomes are written in one transaction, so that a job that was killed goes on where it
 * stood and makes nobody twice.
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
    const input = Buffer.from(JSON.stringify({ by, rows } satisfies JobInput))
    const sealed = isDryRun ? null : this.#core.keyRing.seal(realm.dataKeyId, input, inputPlace(id))
    const outcomes = isDryRun ? await this.#foresee(realm, rows) : []
    const nowMs = this.#core.services.clock.nowMs()
    const row: jobs.JobRow = {
      id,
      kind: 'subjects',
      realm_id: realm.id,
      state: isDryRun ? 'done' : 'running',
      total: rows.length,
      done: outcomes.length,
      sealed_input: sealed,
      report: JSON.stringify(outcomes),
      created_by: by.actor.kind,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    }
    await this.#core.storage.transaction(async (tx) => {
      await jobs.insertJob(tx, row)
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
    const all = outcomesOf(row)
    const outcomes = exceptionsOnly ? all.filter(isException) : all
    return { job: jobView(row, realm.name), rows: outcomes.slice(after, after + limit), total: outcomes.length }
  }

  /** A job's progress as server-sent events, until it is over or `signal` fires. */
  async *watch(realm: RealmEntry, id: string, signal: AbortSignal): AsyncGenerator<string> {
    while (!signal.aborted) {
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
    if (realm === null || row?.sealed_input == null) return
    await this.#core.keyRing.readyFor(row.sealed_input, inputPlace(id))
    const opened = this.#core.keyRing.open(row.sealed_input, inputPlace(id))
    const input = JSON.parse(Buffer.from(opened).toString()) as JobInput
    for (let done = row.done; done < input.rows.length && !this.#isClosed; done += rowsAtOnce) {
      if (!(await this.#writeSome(realm, id, input, done))) return
      await pause(restMs)
    }
  }

  /** Writes the next rows; false when another server works on the job or the realm is not what it was. */
  #writeSome({ id: realmId, name }: RealmEntry, id: string, { by, rows }: JobInput, done: number): Promise<boolean> {
    const next = rows.slice(done, done + rowsAtOnce)
    return this.#core.storage.transaction(async (tx) => {
      // Its data key may have been rotated since the last rows. Under another name the job is taken up again.
      const realm = await this.#subjects.realmIn(tx, name)
      if (realm?.id !== realmId) return false
      const nowMs = this.#core.services.clock.nowMs()
      const moved = await jobs.moveJob(tx, id, { from: done, to: done + next.length, nowMs })
      if (moved === null) return false
      const outcomes: Outcome[] = []
      for (const row of next) outcomes.push(await this.#writeRow(tx, realm, row, by))
      const isLast = done + next.length === rows.length
      const exceptions = [...(JSON.parse(moved.report) as Outcome[]), ...outcomes.filter(isException)]
      const report = JSON.stringify(isLast ? wholeReport(rows, exceptions) : exceptions)
      await jobs.writeReport(tx, id, report, isLast)
      return true
    })
  }

  async #writeRow(tx: Tx, realm: RealmEntry, row: BulkInput, by: By): Promise<Outcome> {
    const { line, name } = row
    if (row.refusal !== undefined) return { line, name, result: 'refused', reason: row.refusal }
    if (await isNameTaken(tx, realm.id, nameKey(name))) return { line, name, result: 'duplicate' }
    const subject = await this.#subjects.add(tx, realm, { name, email: row.email, isEnabled: row.enabled }, by)
    const start =
      row.secret === undefined
        ? { begins: { pendingForMs: listedPendingForMs } }
        : {
            begins: 'active' as const,
            secret: Buffer.from(row.secret, 'base64'),
            ...(row.shape && { shape: row.shape }),
          }
    await this.#subjects.enrolment.start(tx, realm, subject, start, by)
    return { line, name, result: 'created', ...(row.warning === undefined ? {} : { reason: row.warning }) }
  }

  async #foresee(realm: RealmEntry, rows: readonly BulkInput[]): Promise<Outcome[]> {
    const seen = new Set<string>()
    const outcomes: Outcome[] = []
    for (const { line, name, refusal, warning } of rows) {
      const key = nameKey(name)
      const isTaken = seen.has(key) || (await isNameTaken(this.#core.storage.db, realm.id, key))
      seen.add(key)
      if (refusal !== undefined) outcomes.push({ line, name, result: 'refused', reason: refusal })
      else if (isTaken) outcomes.push({ line, name, result: 'duplicate' })
      else outcomes.push({ line, name, result: 'created', ...(warning === undefined ? {} : { reason: warning }) })
    }
    return outcomes
  }
}

function inputPlace(id: string): Place {
  return { table: 'import_job', column: 'sealed_input', row: id }
}

// While a job runs only what is not simply created is kept: the report would be rewritten whole with each step.
function isException({ result, reason }: Outcome): boolean {
  return result !== 'created' || reason !== undefined
}

function wholeReport(rows: readonly BulkInput[], exceptions: readonly Outcome[]): Outcome[] {
  const byLine = new Map(exceptions.map((outcome) => [outcome.line, outcome]))
  return rows.map(({ line, name }) => byLine.get(line) ?? { line, name, result: 'created' })
}

function outcomesOf(row: Pick<jobs.JobRow, 'report'>): Outcome[] {
  return JSON.parse(row.report) as Outcome[]
}

function positionIn(cursor: string): jobs.JobPosition {
  const [createdAtMs, id] = readCursor(cursor, ['number', 'string'])
  return [Number(createdAtMs), String(id)]
}

function jobView(row: jobs.JobRow, realm: string): api.BulkJob {
  const outcomes = outcomesOf(row)
  const duplicates = outcomes.filter(({ result }) => result === 'duplicate').length
  const refused = outcomes.filter(({ result }) => result === 'refused').length
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
