import type { Core } from '../audit/core.ts'
import { eventIn, type RecordedEvent } from '../audit/link.ts'
import { listExtents } from '../audit/store.ts'
import { moveSetting, plantSetting, readSetting } from '../database/settings.ts'
import type { Tx } from '../database/storage.ts'
import type { NoticeEvent } from '../access/notices/events.ts'
import type { Notices } from '../access/notices/notices.ts'
import { peopleRealm } from '../subjects/reserved.ts'
import type { Subjects } from '../subjects/subjects.ts'
import { cappedBodies } from './store.ts'

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
  /** How far each chain was heard, so that those of servers long gone cost nothing. */
  readonly #heard = new Map<string, number>()
  #looking: Promise<void> | null = null

  constructor(core: Core, notices: Pick<Notices, 'post'>, subjects: Pick<Subjects, 'realm'>) {
    this.#core = core
    this.#notices = notices
    this.#subjects = subjects
    this.#timer = setInterval(() => this.#wake(), lookEveryMs)
    this.#timer.unref()
  }

  /** Ends once a look under way has. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  /** Posts a notice for every budget used up since the last look, on whichever server looks first. */
  async look(): Promise<void> {
    const { db } = this.#core.storage
    for (const { chain, sequence } of await listExtents(db)) {
      if (this.#heard.get(chain) === sequence) continue
      const from = Number((await readSetting(db, heard(chain))) ?? 0)
      const to = Math.min(sequence, from + eventsAtOnce)
      if (to <= from || (await this.#hear(chain, from, to))) this.#heard.set(chain, to)
    }
  }

  /** False when another server hears of these events. */
  async #hear(chain: string, from: number, to: number): Promise<boolean> {
    const { storage } = this.#core
    const people = await this.#subjects.realm(peopleRealm)
    return storage.transaction(async (tx) => {
      if (!(await this.#claim(tx, chain, from, to))) return false
      const range = { chain, above: from, upTo: to }
      for (const body of await cappedBodies(tx, range))
        await this.#notices.post(tx, noticeOf(eventIn(body), people?.id ?? ''))
      return true
    })
  }

  // Of several servers one moves the mark; the others find it moved and tell nothing.
  async #claim(tx: Tx, chain: string, from: number, to: number): Promise<boolean> {
    const nowMs = this.#core.services.clock.nowMs()
    if (from === 0) return plantSetting(tx, heard(chain), String(to), nowMs)
    return moveSetting(tx, heard(chain), { from: String(from), to: String(to), nowMs })
  }

  // A look that takes longer than the time between two is not joined by a second one.
  #wake(): void {
    this.#looking ??= this.#quietly().finally(() => (this.#looking = null))
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
