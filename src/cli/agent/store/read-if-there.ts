import { readFileSync, readlinkSync } from 'node:fs'
import { Failure } from '../../../errors/failure.ts'
import { systemFailure } from '../../system-error.ts'

/**
 * A file's bytes, or null when there is none.
 *
 * @throws {@link Failure} `agent_store_link_broken` for a link to nothing: an empty store would be a lie
 */
export function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause
    if (cause.code === 'EISDIR') throw new Failure('path_is_folder', { detail: { place: path }, cause })
    if (cause.code !== 'ENOENT') throw systemFailure(cause) ?? cause
    const target = targetOf(path)
    if (target !== null) throw new Failure('agent_store_link_broken', { detail: { path, target }, cause })
    return null
  }
}

function targetOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}
