import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../../errors/failure.ts'

const usualWaitMs = 60_000

/**
 * Runs one piece of work while no other process holds the same lock.
 *
 * The lock is SQLite's own on an empty database: the system drops it when its process dies, however it dies, so a
 * lock is never left behind. Nothing is ever written into that file.
 *
 * @param path - the lock's file, made when missing
 * @param waitMs - how long to wait for it: a minute, unless the work under it may wait for a person
 * @throws {@link Failure} `agent_store_busy` after that time
 */
export async function withLock<T>(path: string, work: () => Promise<T>, waitMs = usualWaitMs): Promise<T> {
  const { DatabaseSync } = await import('node:sqlite')
  // SQLite would make the file readable for everyone.
  await (await open(path, 'a', 0o600)).close()
  const database = new DatabaseSync(path)
  try {
    await acquire(database, waitMs)
    return await work()
  } finally {
    database.close()
  }
}

async function acquire(database: { exec(sql: string): void }, waitMs: number): Promise<void> {
  const untilMs = performance.now() + waitMs
  database.exec('PRAGMA busy_timeout = 0')
  for (;;) {
    try {
      return database.exec('BEGIN EXCLUSIVE')
    } catch (cause) {
      if (!(cause instanceof Error) || !/locked|busy/.test(cause.message)) throw cause
      if (performance.now() > untilMs) {
        throw new Failure('agent_store_busy', { detail: { seconds: waitMs / 1000 }, cause })
      }
    }
    // Different waits keep a crowd of writers from asking in step.
    await sleep(5 + Math.random() * 25)
  }
}
