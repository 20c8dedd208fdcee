import { randomBytes } from 'node:crypto'
import { open, readFile, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'

/**
 * Makes a file that only its owner can read: whole, or not there. An export that was cut off could be taken for one.
 *
 * @throws {@link Failure} `agent_file_exists`, `agent_file_unwritable`
 */
export async function writePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    // Empty, it keeps the name for what is written beside it: not every file system has links.
    await writeNew(path, '')
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw new Failure('agent_file_exists', { detail: { path }, cause })
    throw unwritable(path, cause)
  }
  const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(8).toString('hex')}`)
  try {
    await writeNew(temporary, content)
    await rename(temporary, path)
  } catch (cause) {
    for (const left of [temporary, path]) await unlink(left).catch(() => {})
    throw unwritable(path, cause)
  }
}

async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

function unwritable(path: string, cause: unknown): Failure {
  const reason = codeOf(cause) === 'ENOENT' ? 'its folder is not there' : reasonOf(cause)
  return new Failure('agent_file_unwritable', { detail: { path, reason }, cause })
}

/**
 * Reads a file somebody named; `-` is standard input.
 *
 * @throws {@link Failure} `agent_file_unreadable`
 */
export async function readGivenFile(context: CliContext, path: string): Promise<Buffer> {
  if (path === '-') return context.readStdin()
  try {
    return await readFile(path)
  } catch (cause) {
    throw new Failure('agent_file_unreadable', { detail: { path, reason: reasonOf(cause) }, cause })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it is not allowed',
  EFBIG: 'it would grow larger than this user may write (ulimit -f)',
  EIO: 'the disk does not take it',
  EEXIST: 'a file is in the place of a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EPERM: 'it is not allowed',
  EROFS: 'the file system is read-only',
}

/** Why the system refused a file, in words; its own code where we have none. */
export function reasonOf(thrown: unknown): string {
  const code = codeOf(thrown)
  return reasons[code] ?? code
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'
}

/** The first line of a file, as people keep passwords in files. */
export async function readSecretFile(context: CliContext, path: string): Promise<string> {
  return (await readGivenFile(context, path)).toString().split(/\r?\n/, 1)[0] ?? ''
}
