import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
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
 * @throws {@link Failure} `agent_store_busy` after that time, `agent_store_unwritable` where no lock can be had
 */
export async function withLock<T>(path: string, work: () => Promise<T>, waitMs = usualWaitMs): Promise<T> {
  const { DatabaseSync } = await import('node:sqlite')
  // SQLite would make the file readable for everyone.
  await (await open(path, 'a', 0o600)).close()
  const database = new DatabaseSync(path)
  try {
    await acquire(database, path, waitMs)
    return await work()
  } finally {
    database.close()
  }
}

async function acquire(database: { exec(sql: string): void }, path: string, waitMs: number): Promise<void> {
  const untilMs = performance.now() + waitMs
  database.exec('PRAGMA busy_timeout = 0')
  for (;;) {
    try {
      return database.exec('BEGIN EXCLUSIVE')
    } catch (cause) {
      if (!(cause instanceof Error) || !/locked|busy/.test(cause.message)) throw unlockable(cause, path)
      if (performance.now() > untilMs) {
        throw new Failure('agent_store_busy', { detail: { seconds: waitMs / 1000 }, cause })
      }
    }
    // Different waits keep a crowd of writers from asking in step.
    await sleep(5 + Math.random() * 25)
  }
}

// SQLite needs to write a file beside its own for a moment; these are its result codes for why it cannot.
const reasons: Readonly<Record<number, string>> = {
  8: 'it is not allowed',
  10: 'the disk does not take it',
  13: 'the disk is full',
  14: 'it is not allowed',
}

function unlockable(cause: unknown, path: string): unknown {
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : 0
  const reason = reasons[code]
  return reason === undefined
    ? cause
    : new Failure('agent_store_unwritable', { detail: { path: dirname(path), reason }, cause })
}
