import { importSimpleotp, type SimpleotpReport } from '../../server/compat/simpleotp/import.ts'
import type { Actor } from '../../server/http/actor.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { userName } from '../user.ts'
import type { ImportSimpleotpFlags } from './import-simpleotp.ts'
import { openStoreRooms } from './store-rooms.ts'

/** Takes over the users of simpleotp's folder. The exit code says when some were refused. */
export async function importSimpleotpFolder(
  this: CliContext,
  flags: ImportSimpleotpFlags,
  folder: string,
): Promise<void> {
  const operator: Actor = { kind: 'operator', name: userName(), address: '' }
  const rooms = await openStoreRooms(this.env, flags, { schema: 'begin' })
  try {
    const report = await importSimpleotp(rooms.core, rooms.access, operator, { folder, isDryRun: flags.dryRun })
    if (flags.json) this.printJson(report)
    else tell(this, report, flags.dryRun)
    if (report.refused.length > 0) this.setExitCode(exitCodes.partlyImported)
  } finally {
    await rooms.stop()
    await rooms.core.close()
  }
}

function tell(context: CliContext, report: SimpleotpReport, isDryRun: boolean): void {
  const { imported, known, refused, isCodeOnly, agentFiles } = report
  for (const username of imported) context.print(`${isDryRun ? 'new' : 'imported'}\t${username}`)
  for (const { username, reason } of refused) context.print(`refused\t${username}\t${reason}`)
  if (isCodeOnly) context.print(`${isDryRun ? 'new' : 'imported'}\t.totp_secret\tthe portal asks for a code alone`)
  if (agentFiles > 0) context.say(`${agentFiles} files belong to simpleotp's agent: read them with watchword import.`)
  const done = isDryRun ? 'would be imported' : 'imported'
  context.say(`${imported.length} people ${done}, ${known.length} known before, ${refused.length} refused.`)
}
