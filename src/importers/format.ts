import { Failure } from '../errors/failure.ts'
import type { ImportInput } from './input.ts'
import type { ReportBuilder } from './report.ts'

/** What a file needs before it can be read, known without any password. */
export type Requirement = 'nothing' | 'password' | 'gpg'

/** How far an import is, for a progress bar. */
export interface ImportProgress {
  /** What takes the time: a key is derived from the password. */
  readonly stage: 'key'
  /** A rough guess on a usual machine. */
  readonly expectedMs: number
}

/** What a format may use while it reads. */
export interface ImportContext {
  /** Empty when the file needs none. */
  readonly password: string
  readonly maxArgonMemoryKib: number
  readonly report: ReportBuilder
  onProgress(progress: ImportProgress): void
}

/** One kind of file of one program. */
export interface ImportFormat {
  /** Stable name, part of reports. */
  readonly id: string
  /** The program as people call it. */
  readonly app: string
  /** What the file needs when it is of this kind, else null. Looks at content only, never at the name. */
  recognise(file: ImportInput): Requirement | null
  /** Reads every entry into the report. */
  read(file: ImportInput, context: ImportContext): Promise<void> | void
}

/** The file is not whole, or not what it claims to be. */
export function damaged(app: string, reason: string, cause?: unknown): Failure {
  return new Failure('import_file_damaged', { detail: { app, reason }, ...(cause === undefined ? {} : { cause }) })
}

/** The password opened nothing. */
export function wrongPassword(app: string): Failure {
  return new Failure('import_password_wrong', { detail: { app } })
}

/** The file can be named but not read, and why. */
export function notPossible(app: string, reason: string): Failure {
  return new Failure('import_not_possible', { detail: { app, reason } })
}

/** @throws {@link Failure} `import_version_unknown` for a version after the newest known one */
export function assertVersion(app: string, version: number | undefined, newest: number): void {
  if (version === undefined || version <= newest) return
  throw new Failure('import_version_unknown', { detail: { app, version, newest } })
}
