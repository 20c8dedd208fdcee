import { Failure } from '../errors/failure.ts'
import { nameDocument } from '../qr/image-header.ts'
import { damaged, type ImportFormat, type ImportProgress, type Requirement } from './format.ts'
import { ImportInput } from './input.ts'
import { agentArgonMemoryKib } from './limits.ts'
import { importFormats } from './registry.ts'
import { type ImportReport, ReportBuilder } from './report.ts'

/** What a file is, known before any password is asked for. */
export interface DetectedFile {
  readonly format: string
  /** The program as people call it. */
  readonly app: string
  /** `gpg` means that gpg has to open it first. */
  readonly requirement: Requirement
}

/** What goes with a file. */
export interface ImportOptions {
  readonly password?: string
  /** Used in no decision: names lie. */
  readonly fileName?: string
  /** 1 GiB unless said otherwise, which suits a person's own computer; a server gives less. */
  readonly maxArgonMemoryKib?: number
  readonly onProgress?: (progress: ImportProgress) => void
}

/**
 * Which program wrote a file and what it needs, from its content.
 *
 * @throws {@link Failure} `import_format_unknown`, `qr_not_an_image` for a document or picture nobody reads codes from,
 *   `import_file_damaged` for broken JSON or XML, `import_file_too_large`, `import_nested_too_deep`
 */
export function detectFormat(bytes: Uint8Array, _fileName?: string): DetectedFile {
  const { format, requirement } = recognise(new ImportInput(bytes))
  return { format: format.id, app: format.app, requirement }
}

/**
 * Reads every account of another authenticator's file.
 *
 * One bad entry never stops the others: the report names it, and its sum always adds up. Files
 * from strangers go through {@link importFileInThread}.
 *
 * @throws {@link Failure} where nothing can be read: `import_format_unknown`, `import_password_needed`,
 *   `import_password_wrong`, `import_file_damaged`, `import_version_unknown`, `import_not_possible`,
 *   `import_needs_gpg` or one of the limits
 */
export async function importFile(bytes: Uint8Array, options: ImportOptions = {}): Promise<ImportReport> {
  const file = new ImportInput(bytes)
  const { format, requirement } = recognise(file)
  const { password = '', maxArgonMemoryKib = agentArgonMemoryKib, onProgress = () => undefined } = options
  if (requirement === 'gpg') throw new Failure('import_needs_gpg')
  if (requirement === 'password' && password === '') {
    throw new Failure('import_password_needed', { detail: { app: format.app } })
  }
  const report = new ReportBuilder()
  try {
    await format.read(file, { password, maxArgonMemoryKib, report, onProgress })
  } catch (thrown) {
    throw thrown instanceof Failure && thrown.code !== 'import_entry_damaged'
      ? thrown
      : damaged(format.app, 'a part of it is missing', thrown)
  }
  return report.finish(format.id, format.app)
}

function recognise(file: ImportInput): { format: ImportFormat; requirement: Requirement } {
  for (const format of importFormats) {
    const requirement = format.recognise(file)
    if (requirement !== null) return { format, requirement }
  }
  if (file.looksLikeJson && file.json === undefined) throw damaged('JSON', 'it ends too early or holds a mistake')
  if (/^\s*<\?xml/.test(file.text ?? '') && file.xml === null)
    throw damaged('XML', 'it ends too early or holds a mistake')
  if (file.startsWith(0x50, 0x4b)) throw damaged('zip', 'it holds no list of accounts')
  const what = nameDocument(file.bytes)
  if (what !== null) throw new Failure('qr_not_an_image', { detail: { what } })
  throw new Failure('import_format_unknown')
}
