import { vi } from 'vitest'
import { Failure } from '../../src/errors/failure.ts'
import type { Storage } from '../../src/server/database/storage.ts'

/** Forges the heads of the audit, so that no event can be appended. Answers what mends them. */
export async function breakAudit(storage: Storage): Promise<() => Promise<void>> {
  const heads = await storage.db.selectFrom('audit_chain').select(['id', 'sequence']).execute()
  const setAll = (ahead: number) =>
    storage.transaction(async (tx) => {
      for (const { id, sequence } of heads) {
        const moved = sequence + ahead
        await tx.updateTable('audit_chain').set({ sequence: moved }).where('id', '=', id).execute()
      }
    })
  await setAll(1000)
  return () => setAll(0)
}

/** Lets the next transaction do all its work and then fail instead of committing. */
export function loseNextCommit(storage: Storage, kind: 'transaction' | 'hotTransaction'): void {
  const lost = <T>(tx: T, work: (tx: T) => unknown) =>
    Promise.resolve(work(tx)).then(async () => {
      // Whoever was answered too early gets the time to hear it.
      await new Promise((resolve) => setImmediate(resolve))
      throw new Failure('database_away')
    })
  if (kind === 'transaction') {
    const real = storage.transaction.bind(storage)
    vi.spyOn(storage, 'transaction').mockImplementationOnce((work) => real((tx) => lost(tx, work)))
  } else {
    const real = storage.hotTransaction.bind(storage)
    vi.spyOn(storage, 'hotTransaction').mockImplementationOnce((work) => real((tx) => lost(tx, work)))
  }
}

/** Lets every transaction of one kind do all its work and then fail instead of committing. Answers what mends it. */
export function loseCommits(storage: Storage, kind: 'transaction' | 'hotTransaction'): () => void {
  const lost = <T>(tx: T, work: (tx: T) => unknown): Promise<never> =>
    Promise.resolve(work(tx)).then(async () => {
      // Whoever was answered too early gets the time to hear it.
      await new Promise((resolve) => setImmediate(resolve))
      throw new Failure('database_away')
    })
  if (kind === 'transaction') {
    const real = storage.transaction.bind(storage)
    const spy = vi.spyOn(storage, 'transaction').mockImplementation((work) => real((tx) => lost(tx, work)))
    return () => spy.mockRestore()
  }
  const real = storage.hotTransaction.bind(storage)
  const spy = vi.spyOn(storage, 'hotTransaction').mockImplementation((work) => real((tx) => lost(tx, work)))
  return () => spy.mockRestore()
}
