import type { Core } from '../audit/core.ts'
import { eventIn, type RecordedEvent } from '../audit/link.ts'
import { sql } from '../database/sql.ts'
import type { Tx } from '../database/storage.ts'
import type { NoticeEvent } from '../access/notices/events.ts'
import type { Notices } from '../access/notices/notices.ts'
import { peopleRealm } from '../subjects/reserved.ts'
import type { Subjects } from '../subjects/subjects.ts'

const lookEveryMs = 1000
const eventsAtOnce = 10_000
const heard = (chain: string) => `notices.heard:${chain}`

/**
 * Tells of used-up guess budgets by reading what the audit already holds: verdicts are decided in batches that
 * wait for nothing, and a record that is durable is news that cannot get lost or be invented.
 */
export class Herald {
  readonly #core: Core
  readonly #notices: Pick<Notices, 'post'>
  readonly #subjects: Pick<Subjects, 'realm'>
  readonly #timer: NodeJS.Timeout

  constructor(core: Core, notices: Pick<Notices, 'post'>, subjects: Pick<Subjects, 'realm'>) {
    this.#core = core
    this.#notices = notices
    this.#subjects = subjects
    this.#timer = setInterval(() => void this.#quietly(), lookEveryMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Posts a notice for every budget used up since the last look, on whichever server looks first. */
  async look(): Promise<void> {
    const { db } = this.#core.storage
    for (const chain of await db.selectFrom('audit_chain').select(['id', 'sequence']).execute()) {
      const row = await db.selectFrom('setting').select('value').where('key', '=', heard(chain.id)).executeTakeFirst()
      const from = Number(row?.value ?? 0)
      if (chain.sequence > from) await this.#hear(chain.id, from, Math.min(chain.sequence, from + eventsAtOnce))
    }
  }

  async #hear(chain: string, from: number, to: number): Promise<void> {
    const { storage } = this.#core
    const people = await this.#subjects.realm(peopleRealm)
    await storage.transaction(async (tx) => {
      if (!(await this.#claim(tx, chain, from, to))) return
      const rows = await tx
        .selectFrom('audit_event')
        .select('body')
        .where('chain_id', '=', chain)
        .where('sequence', '>', from)
        .where('sequence', '<=', to)
        .where(sql<boolean>`body like '%"action":"subject.capped"%'`)
        .execute()
      for (const { body } of rows) await this.#notices.post(tx, noticeOf(eventIn(body), people?.id ?? ''))
    })
  }

  // Of several servers one moves the mark; the others find it moved and tell nothing.
  async #claim(tx: Tx, chain: string, from: number, to: number): Promise<boolean> {
    const mark = { value: String(to), updated_at_ms: this.#core.services.clock.nowMs() }
    if (from === 0) {
      const made = await tx
        .insertInto('setting')
        .values({ key: heard(chain), ...mark })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return made.numInsertedOrUpdatedRows === 1n
    }
    const moved = await tx
      .updateTable('setting')
      .set(mark)
      .where('key', '=', heard(chain))
      .where('value', '=', String(from))
      .executeTakeFirst()
    return moved.numUpdatedRows === 1n
  }

  async #quietly(): Promise<void> {
    try {
      await this.look()
    } catch (error) {
      this.#core.services.log.warn({ err: error }, 'notices of used-up budgets wait for the next look')
    }
  }
}

/** A person hears of their own lock; administrators of every other subject's. */
function noticeOf(
  { objectId, objectName = '', realmId = '', address = '' }: RecordedEvent,
  peopleRealmId: string,
): NoticeEvent {
  const fields = { subjectId: objectId, subject: objectName, realmId, address }
  if (realmId === peopleRealmId) {
    return {
      event: 'subject.locked',
      summary:
        'Too many wrong codes were tried for your login. Codes are refused until the lock is lifted or two right codes in a row come from a place you use.',
      personIds: [objectName],
      fields,
    }
  }
  return {
    event: 'subject.cap_reached',
    summary: `The guess budget of ${objectName} is used up: codes are refused until somebody lifts the lock.`,
    toAdministrators: true,
    fields,
  }
}
