import { importSimpleotp, type SimpleotpReport } from '../../server/compat/simpleotp/import.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ImportFlags } from './import-flags.ts'
import { withRoomsToFill } from './store-rooms.ts'
import { counted } from '../counted.ts'

/** Takes over the users of simpleotp's folder. The exit code says when some were refused. */
export async function importSimpleotpFolder(this: CliContext, flags: ImportFlags, folder: string): Promise<void> {
  const { dryRun: isDryRun } = flags
  const report = await withRoomsToFill(this, flags, ({ core, access }, operator) =>
    importSimpleotp(core, access, operator, { folder, isDryRun }),
  )
  if (flags.json) this.printJson(report)
  else tell(this, report, isDryRun)
  if (report.refused.length > 0) this.setExitCode(exitCodes.partlyImported)
}

function tell(context: CliContext, report: SimpleotpReport, isDryRun: boolean): void {
  const { imported, known, refused, isCodeOnly, agentFiles } = report
  for (const username of imported) context.print(`${isDryRun ? 'new' : 'imported'}\t${username}`)
  for (const { username, reason } of refused) context.print(`refused\t${username}\t${reason}`)
  if (isCodeOnly) context.print(`${isDryRun ? 'new' : 'imported'}\t.totp_secret\tthe portal asks for a code alone`)
  if (agentFiles > 0)
    context.say(
      `${counted(agentFiles, 'file belongs', 'files belong')} to simpleotp's agent: read ${agentFiles === 1 ? 'it' : 'them'} with watchword import.`,
    )
  const done = isDryRun ? 'would be imported' : 'imported'
  context.say(
    `${counted(imported.length, 'person', 'people')} ${done}, ${known.length} known before, ${refused.length} refused.`,
  )
}
