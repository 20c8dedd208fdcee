import { randomBytes } from 'node:crypto'
import { copyFile, lstat, open, readdir, realpath, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../../../errors/failure.ts'
import { reasonOf } from '../private-file.ts'

/**
 * Replaces a file so that a reader, or a crash at any point, finds the old or the new one, whole.
 *
 * The new bytes are on the disk before their name is, the old ones stay beside them as `.bak` unless told otherwise, and
 * a symbolic link is followed, so that a file kept elsewhere stays there. Call it under the file's lock.
 *
 * @throws {@link Failure} `agent_store_unwritable`, and nothing was changed
 */
export async function replaceFile(path: string, bytes: Uint8Array, keepsBackup = true): Promise<void> {
  const target = await followLink(path)
  const folder = dirname(target)
  const temporary = join(folder, `.${basename(target)}.${randomBytes(8).toString('hex')}`)
  try {
    await removeLeftovers(folder, basename(target))
    await writeThrough(temporary, bytes)
    if (keepsBackup) await keepBackup(target, temporary)
    await rename(temporary, target)
  } catch (cause) {
    for (const left of [temporary, `${temporary}.bak`]) await unlink(left).catch(() => {})
    throw unwritable(folder, cause)
  }
  await syncFolder(folder)
}

/** The failure of a folder that takes no file. */
export function unwritable(folder: string, cause: unknown): Failure {
  return new Failure('agent_store_unwritable', { detail: { path: folder, reason: reasonOf(cause) }, cause })
}

/** The file behind a symbolic link, beside which its backup lies; any other path as it is. */
export async function followLink(path: string): Promise<string> {
  const isLink = await lstat(path)
    .then((found) => found.isSymbolicLink())
    .catch(() => false)
  return isLink ? realpath(path) : path
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function keepBackup(target: string, temporary: string): Promise<void> {
  try {
    await copyFile(target, `${temporary}.bak`)
    await rename(`${temporary}.bak`, `${target}.bak`)
  } catch (cause) {
    if (!isMissing(cause)) throw cause
  }
}

/** Removes what a writer that was killed left behind. */
async function removeLeftovers(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const isLeftover = entry.startsWith(`.${name}.`) && /^[0-9a-f]{16}(\.bak)?$/.test(entry.slice(name.length + 2))
    if (isLeftover) await unlink(join(folder, entry))
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Whether a file operation failed because there is no such file. */
function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
