import { importUngleichotp, readOldEntries } from '../../server/compat/ungleichotp/import.ts'
import type { UngleichotpReport } from '../../server/compat/ungleichotp/import-report.ts'
import { readUngleichotpRules } from '../../server/compat/ungleichotp/settings.ts'
import { openForeign } from '../../server/database/foreign.ts'
import { doorParts } from '../../server/door-parts.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ImportFlags } from './import-flags.ts'
import { withRowProgress } from './row-progress.ts'
import { withRoomsToFill } from './store-rooms.ts'

/** Takes over the entries of ungleichotp's database. The exit code says when some were refused. */
export async function importUngleichotpDatabase(this: CliContext, flags: ImportFlags, place: string): Promise<void> {
  const foreign = await openForeign(place)
  try {
    const entries = await readOldEntries(foreign)
    const rules = readUngleichotpRules(this.env)
    const { dryRun: isDryRun } = flags
    const report = await withRoomsToFill(this, flags, (rooms, actor) =>
      withRowProgress(this, isDryRun, (onRow) =>
        importUngleichotp(doorParts(rooms), rules, entries, { actor, address: '', door: 'cli' }, { isDryRun, onRow }),
      ),
    )
    tell(this, flags, report)
  } finally {
    await foreign.close()
  }
}

function tell(context: CliContext, flags: ImportFlags, report: UngleichotpReport): void {
  const { read, imported, known, refused, skipped } = report
  if (flags.json) context.printJson(report)
  else {
    for (const note of report.notes) context.print(note)
    context.say(`${read} rows: ${imported} new, ${known} here before, ${refused} left out, ${skipped} no entries`)
    if (flags.dryRun) context.say('nothing was written')
  }
  if (refused > 0) context.setExitCode(exitCodes.partlyImported)
}
