import { remark } from '../../errors/remarks.ts'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { accountOfUri } from '../draft.ts'
import type { ImportFormat } from '../format.ts'
import { parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import type { ReportBuilder } from '../report.ts'
import { addMigrationParts, isMigrationUri, type MigrationPart, readMigrationPart } from './google-migration.ts'

const lineBreak = /\r\n|\r|\n/
const anyUri = /^\s*(otpauth|otpauth-migration|steam|motp):\/\//i
const lineOfUri = /^[^\S\r\n]*(otpauth|otpauth-migration|steam|motp):\/\//im

/** One URI a line: Ente, Aegis, Stratum, FreeOTP+, Proton, WinAuth and Google's transfer codes as text. */
export const uriList: ImportFormat = {
  id: 'uri-list',
  app: 'otpauth URI list',
  recognise: (file) => (lineOfUri.test(file.text ?? '') ? 'nothing' : null),
  read: (file, { report }) => addUriLines(file.text ?? '', report),
}

/** Whether a text begins as the URI of a one-time password does, whatever comes after. */
export function isOneTimeUri(text: string): boolean {
  return anyUri.test(text)
}

/** Adds the URI of every line; comments and blank lines are none. */
export function addUriLines(text: string, report: ReportBuilder): void {
  const uris = text.split(lineBreak).map((line, index) => ({ name: `line ${index + 1}`, uri: line.trim() }))
  addUris(
    uris.filter(({ uri }) => uri !== '' && !uri.startsWith('#')),
    report,
  )
}

/** Adds URIs from wherever they come; what is none is reported under its name. */
export function addUris(uris: readonly { readonly name: string; readonly uri: string }[], report: ReportBuilder): void {
  const parts: MigrationPart[] = []
  for (const { name, uri } of uris) {
    if (!isMigrationUri(uri)) {
      addUri(name, uri, report)
      continue
    }
    try {
      parts.push(readMigrationPart(uri))
    } catch (thrown) {
      report.refuse(name, thrown)
    }
  }
  addMigrationParts(parts, report)
}

function addUri(name: string, uri: string, report: ReportBuilder): void {
  const display = displayOf(uri)
  if (display?.isTrue('trashed')) return report.skip('trashed')
  if (display?.isTrue('pinned')) report.warn(remark('import_favourites_left'))
  report.add(name, () => withDisplay(accountOfUri(uri), display))
}

/** Ente's own parameter: tags, note and whether the account lies in its trash. */
function displayOf(uri: string): JsonObject | null {
  const packed = /[?&]codeDisplay=([^&]*)/.exec(uri)?.[1]
  if (packed === undefined) return null
  try {
    return JsonObject.from(parseJson(decodeURIComponent(packed.replaceAll('+', ' '))))
  } catch {
    return null
  }
}

function withDisplay({ account, warnings }: ParsedOtpauth, display: JsonObject | null): ParsedOtpauth {
  if (display === null) return { account, warnings }
  const { codeDisplay: _read, ...others } = account.otherParameters ?? {}
  const { otherParameters: _replaced, ...rest } = account
  const note = display.text('note') || account.note
  const kept = {
    ...rest,
    tags: [...account.tags, ...display.texts('tags')],
    ...(note === undefined ? {} : { note }),
    ...(Object.keys(others).length === 0 ? {} : { otherParameters: others }),
  }
  return { account: kept, warnings }
}
