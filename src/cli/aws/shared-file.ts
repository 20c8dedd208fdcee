import { isUtf8 } from 'node:buffer'
import { hash, randomBytes } from 'node:crypto'
import {
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../errors/failure.ts'
import { withLock } from '../agent/store/lock.ts'

/** A way to rename, so that tests can play a file that another program holds open. */
export type Rename = (from: string, to: string) => Promise<void>

/**
 * Reads, changes and replaces a file that other programs read at any moment.
 *
 * The AWS tools know no lock, so that readers must find the old or the new file, whole: the text goes to a file beside
 * it, onto the disk, and then takes its name. Mode and owner stay, a symbolic link is followed; our own lock keeps our
 * own writers apart.
 *
 * @param edit - gets the present text (empty without a file); null changes nothing
 * @param lockFolder - where the lock lies
 * @returns whether the file was written
 * @throws {@link Failure} `aws_file_refused` for a link that leads nowhere, or a path that a variable left empty
 */
export async function changeSharedFile(
  path: string,
  lockFolder: string,
  edit: (text: string) => string | null,
): Promise<boolean> {
  if (path === '') throw new Failure('aws_file_refused', { detail: { path: unnamed, reason: unnamedReason } })
  const target = await followLink(path)
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await mkdir(lockFolder, { recursive: true, mode: 0o700 })
  const lock = join(lockFolder, `${basename(target)}-${hash('sha256', target, 'hex').slice(0, 8)}.lock`)
  return withLock(lock, async () => {
    await removeLeftovers(target)
    const before = await readText(target)
    const after = edit(before)
    if (after === null || after === before) return false
    await replace(target, after)
    return true
  })
}

const unnamed = 'AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE'
const unnamedReason = 'it is set and empty, so that the AWS tools read no such file; unset it, or name the file'

/**
 * A file's text; empty when there is no file.
 *
 * @throws {@link Failure} `aws_file_refused` where it is not UTF-8: written back, such bytes would be lost
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return Buffer.alloc(0)
    throw cause
  })
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const reason = 'it is not UTF-8, so that the AWS CLI reads no profile at all; save it as plain UTF-8'
  throw new Failure('aws_file_refused', { detail: { path, reason } })
}

/** Renames over a file. Windows refuses while another program has it open, which passes within moments. */
export async function renameOver(from: string, to: string, renameFile: Rename = rename, waitMs = 50): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await renameFile(from, to)
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(code) || attempt === 20) throw cause
      await sleep(waitMs)
    }
  }
}

async function replace(target: string, text: string): Promise<void> {
  const present = await stat(target).catch(() => null)
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString('hex')}.new`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      if (present !== null) await file.chmod(present.mode & 0o777)
      await file.sync()
    } finally {
      await file.close()
    }
    if (present !== null) await keepOwner(temporary, present.uid, present.gid)
    await renameOver(temporary, target)
  } catch (cause) {
    await unlink(temporary).catch(() => undefined)
    throw cause
  }
}

/** Only root may give files away, and only root writes into another's home. */
async function keepOwner(path: string, uid: number, gid: number): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, uid, gid)
}

async function followLink(path: string): Promise<string> {
  const found = await lstat(path).catch(() => null)
  if (found?.isSymbolicLink() !== true) return path
  return realpath(path).catch(async (cause: unknown) => {
    const reason = `it is a link to ${await readlink(path)}, which cannot be reached`
    throw new Failure('aws_file_refused', { detail: { path, reason }, cause })
  })
}

/** Removes what a writer that was killed left behind. */
async function removeLeftovers(target: string): Promise<void> {
  const leftover = new RegExp(`^\\.${basename(target).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\.[0-9a-f]{16}\\.new$`)
  for (const name of await readdir(dirname(target))) {
    if (leftover.test(name)) await unlink(join(dirname(target), name)).catch(() => undefined)
  }
}
