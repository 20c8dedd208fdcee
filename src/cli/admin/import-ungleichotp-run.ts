import { importUngleichotp, type OldEntry, readOldEntries } from '../../server/compat/ungleichotp/import.ts'
import { readUngleichotpRules } from '../../server/compat/ungleichotp/settings.ts'
import { openForeign } from '../../server/database/foreign.ts'
import { doorParts } from '../../server/door-parts.ts'
import type { By } from '../../server/subjects/audited.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { userName } from '../user.ts'
import type { ImportUngleichotpFlags } from './import-ungleichotp.ts'
import { rowProgress } from './row-progress.ts'
import { openStoreRooms } from './store-rooms.ts'

/** Takes over the entries of ungleichotp's database. The exit code says when some were refused. */
export async function importUngleichotpDatabase(
  this: CliContext,
  flags: ImportUngleichotpFlags,
  place: string,
): Promise<void> {
  const entries = await readSource(place)
  const rooms = await openStoreRooms(this.env, flags, { schema: 'begin' })
  try {
    const by: By = { actor: { kind: 'operator', name: userName(), address: '' }, address: '', door: 'cli' }
    const rules = readUngleichotpRules(this.env)
    const progress = rowProgress(this.stderr)
    const wish = { isDryRun: flags.dryRun, onRow: progress.onRow }
    const report = await importUngleichotp(doorParts(rooms), rules, entries, by, wish).finally(progress.end)
    const { read, imported, known, refused, skipped } = report
    if (flags.json) this.printJson(report)
    else {
      for (const note of report.notes) this.print(note)
      this.say(`${read} rows: ${imported} new, ${known} here before, ${refused} left out, ${skipped} no entries`)
      if (flags.dryRun) this.say('nothing was written')
    }
    if (refused > 0) this.setExitCode(exitCodes.partlyImported)
  } finally {
    await rooms.stop()
    await rooms.core.close()
  }
}

async function readSource(place: string): Promise<OldEntry[]> {
  const foreign = await openForeign(place)
  try {
    return await readOldEntries(foreign)
  } finally {
    await foreign.close()
  }
}
