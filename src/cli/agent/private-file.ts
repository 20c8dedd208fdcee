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
    throw new Failure('agent_file_unwritable', { detail: { path, reason: codeOf(cause) }, cause })
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
    throw new Failure('agent_file_unreadable', { detail: { path, reason: codeOf(cause) }, cause })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it is not allowed',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'the disk is full',
}

function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'
  return code === 'EEXIST' ? code : (reasons[code] ?? code)
}

/** The first line of a file, as people keep passwords in files. */
export async function readSecretFile(context: CliContext, path: string): Promise<string> {
  return (await readGivenFile(context, path)).toString().split(/\r?\n/, 1)[0] ?? ''
}
