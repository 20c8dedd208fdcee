import { hash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure, isFailure } from '../../../errors/failure.ts'
import { reasonOf } from '../private-file.ts'
import { withLock } from './lock.ts'
import { replaceFile } from './replace-file.ts'

/**
 * Changes a file of settings that only its owner may read: whole or not at all, one command after the other. Behind a
 * link, as people keep such files, its target changes.
 *
 * @param lockFolder - where the lock lies: not beside the file, which many keep under version control
 * @param rewrite - answers the new text, from what the file holds by then
 * @throws {@link Failure} `agent_file_unwritable`, or `agent_store_unwritable` of its folder
 */
export async function changePrivateFile(path: string, lockFolder: string, rewrite: () => string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await mkdir(lockFolder, { recursive: true, mode: 0o700 })
    const place = join(await realpath(dirname(path)), basename(path))
    const lock = join(lockFolder, `${basename(path)}-${hash('sha256', place, 'hex').slice(0, 8)}.lock`)
    await withLock(lock, () => replaceFile(path, Buffer.from(rewrite()), false))
  } catch (cause) {
    if (isFailure(cause)) throw cause
    throw new Failure('agent_file_unwritable', { detail: { path, reason: reasonOf(cause) }, cause })
  }
}
