import { containerFiles } from './containers.ts'
import { plainFiles } from './plain-json.ts'
import type { WrittenFile } from './samples.ts'
import { sealedFiles } from './sealed.ts'
import { tableFiles } from './tables.ts'

/** One file of every kind that the importers read, with a title for the test. */
export const writtenFiles: readonly (readonly [title: string, file: WrittenFile])[] = [
  ...plainFiles,
  ...tableFiles,
  ...containerFiles,
  ...sealedFiles,
].map((file) => [`${file.format}, ${file.what}`, file] as const)
