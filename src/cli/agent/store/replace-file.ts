import { randomBytes } from 'node:crypto'
import { copyFile, lstat, open, readdir, realpath, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Replaces a file so that a reader, or a crash at any point, finds the old or the new one, whole.
 *
 * The new bytes are on the disk before their name is, the old ones stay beside them as `.bak`, and a symbolic link is
 * followed, so that a store kept elsewhere stays there. Call it under the store's lock.
 */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const target = await followLink(path)
  const folder = dirname(target)
  await removeLeftovers(folder, basename(target))
  const temporary = join(folder, `.${basename(target)}.${randomBytes(8).toString('hex')}`)
  try {
    await writeThrough(temporary, bytes)
    await keepBackup(target, temporary)
    await rename(temporary, target)
  } catch (cause) {
    await unlink(temporary).catch(() => {})
    throw cause
  }
  await syncFolder(folder)
}

async function followLink(path: string): Promise<string> {
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
export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
