import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../errors/failure.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import { importTinyMfa } from '../../server/compat/tiny-mfa/import.ts'
import type { ImportReport, Tally } from '../../server/compat/tiny-mfa/import-report.ts'
import { type OldDatabase, readKeyFile, readOldDatabase } from '../../server/compat/tiny-mfa/old-database.ts'
import { openForeign } from '../../server/database/foreign.ts'
import { doorParts } from '../../server/door-parts.ts'
import type { Config } from '../../server/config.ts'
import type { By } from '../../server/subjects/audited.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ImportTinyMfaFlags } from './import-tiny-mfa.ts'
import { withRowProgress } from './row-progress.ts'
import { withRoomsToFill } from './store-rooms.ts'

/**
 * Takes over the issuers, users and tokens of go-tiny-mfa's database.
 *
 * @throws {@link Failure} `tiny_mfa_key_wrong`, `import_unreadable_keys` with nothing written, unless keys that do not open may be skipped
 */
export async function importTinyMfaDatabase(this: CliContext, flags: ImportTinyMfaFlags): Promise<void> {
  const { dryRun: isDryRun, skipUnreadable, stayOpen } = flags
  const report = await withRoomsToFill(this, flags, (rooms, actor) =>
    withSource(rooms.core.config, flags, (old) => {
      const by: By = { actor, address: '', door: 'cli' }
      return withRowProgress(this, isDryRun, (onRow) =>
        importTinyMfa(doorParts(rooms), old, by, { isDryRun, skipUnreadable, stayOpen, onRow }),
      )
    }),
  )
  if (flags.json) this.printJson(report)
  else tell(this, report)
  if (!report.isWritten && !isDryRun) {
    throw new Failure('import_unreadable_keys', { detail: { count: report.unreadable } })
  }
  if (report.users.refused + report.issuers.refused + report.tokens.refused > 0) {
    this.setExitCode(exitCodes.partlyImported)
  }
}

async function withSource<T>(
  { databaseUrl, secretsDir }: Config,
  flags: ImportTinyMfaFlags,
  work: (old: OldDatabase) => Promise<T>,
): Promise<T> {
  const from = flags.from ?? databaseUrl
  if (from === undefined) throw new Failure('import_source_missing')
  const rootKey = readKeyFile(readText(flags.keyFile ?? join(secretsDir, 'key')), decodeBase32)
  const database = await openForeign(from)
  try {
    return await work(await readOldDatabase(database, rootKey, flags.withAudit))
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
