import { mkdir, rmdir, unlink } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { writePrivateFile } from '../private-file.ts'

/** Makes files and folders that belong together. */
export interface Writer {
  readonly write: typeof writePrivateFile
  makeFolder(folder: string): Promise<void>
}

/**
 * Writes several files. When one of them fails none stays, nor a folder that was made for them: half an export could
 * be taken for a whole one, and the next attempt would find its names taken.
 */
export async function allOrNone(writeAll: (writer: Writer) => Promise<void>): Promise<void> {
  const made: (() => Promise<void>)[] = []
  const writer: Writer = {
    async write(path, content) {
      await writePrivateFile(path, content)
      made.push(() => unlink(path))
    },
    async makeFolder(folder) {
      const first = await mkdir(folder, { recursive: true, mode: 0o700 })
      const folders = first === undefined ? [] : foldersFrom(first, folder)
      made.push(...folders.map((each) => () => rmdir(each)))
    },
  }
  try {
    await writeAll(writer)
  } catch (cause) {
    for (const undo of made.toReversed()) await undo().catch(() => {})
    throw cause
  }
}

/** The folders from the first that was made down to the last. */
function foldersFrom(first: string, last: string): string[] {
  const parts = relative(first, last)
    .split(sep)
    .filter((part) => part !== '')
  return [first, ...parts.map((_, index) => join(first, ...parts.slice(0, index + 1)))]
}
