import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Failure } from '../../../errors/failure.ts'
import { withLock } from './lock.ts'
import { followLink, replaceFile, unwritable } from './replace-file.ts'
import { readIfThere } from './read-if-there.ts'

/**
 * Reads a file, makes new bytes of it and replaces it, under its lock; new bytes that are null leave it as it is.
 *
 * Our lock binds only our own processes: when a git pull or a copied backup replaced the file meanwhile, nothing is
 * written.
 *
 * @returns the new bytes, or null when nothing was written
 * @throws {@link Failure} `agent_store_changed`, `agent_store_unwritable`, `agent_store_busy`
 */
export async function rewriteFile(
  path: string,
  rewrite: (before: Buffer | null) => Promise<Buffer | null>,
): Promise<Buffer | null> {
  await makeFolder(dirname(path))
  return withLock(`${path}.lock`, async () => {
    const before = readIfThere(path)
    const after = await rewrite(before)
    if (after === null) return null
    if (!isSame(readIfThere(path), before)) throw new Failure('agent_store_changed', { detail: { path } })
    await replaceFile(path, after)
    return after
  })
}

/** Removes the version before, which an envelope no longer in use still opens. */
export async function removeBackup(path: string): Promise<void> {
  await rm(`${await followLink(path)}.bak`, { force: true })
}

function isSame(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other)
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw unwritable(folder, cause)
  }
}
