import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../../errors/failure.ts'

const longestWaitMs = 60_000

/**
 * Runs one piece of work while no other process holds the same lock.
 *
 * The lock is SQLite's own on an empty database: the system drops it when its process dies, however it dies, so a
 * lock is never left behind. Nothing is ever written into that file.
 *
 * @param path - the lock's file, made when missing
 * @throws {@link Failure} `agent_store_busy` after a minute of waiting
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const { DatabaseSync } = await import('node:sqlite')
  // SQLite would make the file readable for everyone.
  await (await open(path, 'a', 0o600)).close()
  const database = new DatabaseSync(path)
  try {
    await acquire(database, performance.now() + longestWaitMs)
    return await work()
  } finally {
    database.close()
  }
}

async function acquire(database: { exec(sql: string): void }, untilMs: number): Promise<void> {
  database.exec('PRAGMA busy_timeout = 0')
  for (;;) {
    try {
      return database.exec('BEGIN EXCLUSIVE')
    } catch (cause) {
      if (!(cause instanceof Error) || !/locked|busy/.test(cause.message)) throw cause
      if (performance.now() > untilMs) {
        throw new Failure('agent_store_busy', { detail: { seconds: longestWaitMs / 1000 }, cause })
      }
    }
    // Different waits keep a crowd of writers from asking in step.
    await sleep(5 + Math.random() * 25)
  }
}
