import { readFileSync } from 'node:fs'
import { Failure } from '../../errors/failure.ts'
import { oldText } from '../../server/compat/old-text.ts'
import { knownDefaultKey } from '../../server/compat/totpshare/folder-file.ts'
import { type FolderReport, importFolder } from '../../server/compat/totpshare/import-folder.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ImportTotpshareFlags } from './import-totpshare.ts'
import { withRoomsToFill } from './store-rooms.ts'
import { counted } from '../counted.ts'

/** Takes over the files of totpshare's folder. The exit code says when some were refused. */
export async function importTotpshare(this: CliContext, flags: ImportTotpshareFlags, folder: string): Promise<void> {
  const encryptionKey = readKey(this, flags)
  const { dryRun: isDryRun } = flags
  const report = await withRoomsToFill(this, flags, ({ vault }, operator) =>
    importFolder(vault, operator, { folder, encryptionKey, isDryRun }),
  )
  if (flags.json) this.printJson(report)
  else tell(this, report, isDryRun)
  if (report.refused.length > 0) this.setExitCode(exitCodes.partlyImported)
}

function tell(context: CliContext, report: FolderReport, isDryRun: boolean): void {
  for (const { identifier, label } of report.imported)
    context.print(`${isDryRun ? 'new' : 'imported'}\t${oldText(identifier)}\t${oldText(label)}`)
  for (const { fileName, reason } of report.refused) context.print(`refused\t${oldText(fileName)}\t${reason}`)
  for (const warning of report.warnings) context.say(warning)
  const { total, imported, known, refused } = report
  context.say(
    `${counted(total, 'file')}: ${imported.length} ${isDryRun ? 'would be imported' : 'imported'}, ${known} known before, ${refused.length} refused.`,
  )
}

function readKey({ env }: CliContext, { keyFile }: ImportTotpshareFlags): string {
  const file = keyFile ?? env['TOTPSHARE_FILE_ENCKEY_FILE']
  if (file === undefined) return env['TOTPSHARE_FILE_ENCKEY'] ?? knownDefaultKey
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file }, cause })
  }
}
