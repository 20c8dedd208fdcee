import { readFile, writeFile } from 'node:fs/promises'
import { Failure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'

/**
 * Writes a file that only its owner can read.
 *
 * @param replacing - whether a file that is there already may be lost
 * @throws {@link Failure} `agent_file_exists`, `agent_file_unwritable`
 */
export async function writePrivateFile(path: string, content: string | Uint8Array, replacing = false): Promise<void> {
  try {
    await writeFile(path, content, { mode: 0o600, flag: replacing ? 'w' : 'wx' })
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw new Failure('agent_file_exists', { detail: { path }, cause })
    throw new Failure('agent_file_unwritable', { detail: { path, reason: reasonOf(cause) }, cause })
  }
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
