import { readFileSync } from 'node:fs'
import { Failure } from '../../errors/failure.ts'

/** The text of a file the command line names. @throws {@link Failure} `file_unreadable` */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file }, cause })
  }
}
