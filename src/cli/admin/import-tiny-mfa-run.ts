import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../errors/failure.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import { importTinyMfa, type ImportReport, type Tally } from '../../server/compat/tiny-mfa/import.ts'
import { type OldDatabase, readKeyFile, readOldDatabase } from '../../server/compat/tiny-mfa/old-database.ts'
import { openForeign } from '../../server/database/foreign.ts'
import { doorParts } from '../../server/door-parts.ts'
import type { Config } from '../../server/config.ts'
import type { By } from '../../server/subjects/audited.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { userName } from '../user.ts'
import type { ImportTinyMfaFlags } from './import-tiny-mfa.ts'
import { rowProgress } from './row-progress.ts'
import { openStoreRooms } from './store-rooms.ts'

/**
 * Takes over the issuers, users and tokens of go-tiny-mfa's database.
 *
 * @throws {@link Failure} `import_unreadable_keys` with nothing written, unless keys that do not open may be skipped
 */
export async function importTinyMfaDatabase(this: CliContext, flags: ImportTinyMfaFlags): Promise<void> {
  const rooms = await openStoreRooms(this.env, flags, { schema: 'begin' })
  try {
    const old = await readSource(rooms.core.config, flags)
    const by: By = { actor: { kind: 'operator', name: userName(), address: '' }, address: '', door: 'cli' }
    const progress = rowProgress(this.stderr)
    const { dryRun: isDryRun, skipUnreadable, stayOpen } = flags
    const wish = { isDryRun, skipUnreadable, stayOpen, onRow: progress.onRow }
    const report = await importTinyMfa(doorParts(rooms), old, by, wish).finally(progress.end)
    if (flags.json) this.printJson(report)
    else tell(this, report)
    if (!report.isWritten && !flags.dryRun) {
      throw new Failure('import_unreadable_keys', { detail: { count: old.unreadable.length } })
    }
    if (report.users.refused + report.issuers.refused + report.tokens.refused > 0) {
      this.setExitCode(exitCodes.partlyImported)
    }
  } finally {
    await rooms.stop()
    await rooms.core.close()
  }
}

async function readSource({ databaseUrl, secretsDir }: Config, flags: ImportTinyMfaFlags): Promise<OldDatabase> {
  const from = flags.from ?? databaseUrl
  if (from === undefined) throw new Failure('import_source_missing')
  const rootKey = readKeyFile(readText(flags.keyFile ?? join(secretsDir, 'key')), decodeBase32)
  const database = await openForeign(from)
  try {
    return await readOldDatabase(database, rootKey, flags.withAudit)
  } finally {
    await database.close()
  }
}

function tell(context: CliContext, report: ImportReport): void {
  for (const note of report.notes) context.print(note)
  const { issuers, users, tokens, validations, isWritten } = report
  for (const [name, tally] of Object.entries({ issuers, users, tokens, validations })) {
    context.say(`${name}: ${sentence(tally)}`)
  }
  if (!isWritten) context.say('nothing was written')
}

function sentence({ read, imported, known, refused }: Tally): string {
  return `${read} read, ${imported} new, ${known} here before, ${refused} left out`
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file }, cause })
  }
}
