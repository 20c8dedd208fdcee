import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rootDerivedKey } from '../../crypto/key-ring.ts'
import { type RootKey, rootKeyText } from '../../crypto/root-key.ts'
import { Failure } from '../../errors/failure.ts'
import type { AuditReport } from '../../server/audit/verify.ts'
import {
  backupLabel,
  checkBackup,
  type Counts,
  restoreBackup,
  rowsIn,
  writeBackup,
} from '../../server/backup/backup.ts'
import { compareProofs, proveCodes, subjectsCompared } from '../../server/backup/codes.ts'
import { countAdded } from '../../server/backup/store.ts'
import { readBackupHead } from '../../server/backup/container.ts'
import { failureBelow, openEmptyStorage } from '../../server/backup/target.ts'
import { systemClock } from '../../server/clock.ts'
import { type Config, readConfig } from '../../server/config.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { withStore } from '../open-store.ts'
import type { StoreFlags } from '../server-options.ts'
import { type CopyProof, proveElsewhere, rehearse } from './rehearsal.ts'
import { refuseKeptKey, rootKeyOf } from './root-key.ts'
import { type Course, throughRows } from './through-rows.ts'

interface Flags extends StoreFlags {
  readonly json: boolean
}

/** `watchword backup create FILE` */
export async function createBackup(this: CliContext, flags: Flags, file: string): Promise<void> {
  if (existsSync(file)) throw new Failure('backup_exists', { detail: { file } })
  // As it is: the backup before an upgrade is written with the new program already in place.
  const counts = await throughRows(this, ({ begin }) =>
    withStore(this, flags, (core) => writeBackup(core, file, begin('written')), { schema: 'as it is' }),
  )
  if (flags.json) this.printJson(toldOf(counts))
  else this.print(countsLine(`Wrote ${file}`, counts))
  this.say(
    'It opens with the root key alone. Keep a copy of that key elsewhere, and rehearse: `watchword backup drill`.',
  )
}

/** `watchword backup check FILE` */
export async function checkBackupFile(this: CliContext, flags: Flags, file: string): Promise<void> {
  const root = await rootKeyOf(readConfig(this.env, flags), file)
  const { counts, audit } = await proofOf(this, file, root, randomBytes(32), this.now())
  if (!audit.whole) this.setExitCode(exitCodes.general)
  if (flags.json) return this.printJson({ ...toldOf(counts), audit })
  this.print(countsLine(`${file} is whole`, counts))
  for (const line of auditLines(audit)) this.print(line)
}

/** `watchword restore FILE` */
export async function restore(this: CliContext, flags: Flags, file: string): Promise<void> {
  const config = readConfig(this.env, flags)
  const root = await rootKeyOf(config, file)
  await refuseKeptKey(config, root)
  const counts = await throughRows(this, (course) =>
    restoreInto(config, file, rootDerivedKey(root, backupLabel), course),
  )
  if (flags.json) this.printJson(toldOf(counts))
  else this.print(countsLine(`Restored ${file}`, counts))
}

async function restoreInto(config: Config, file: string, key: Uint8Array, { begin }: Course): Promise<Counts> {
  // Read to its end first: a damaged file must not even make an empty database.
  const total = rowsIn(await checkBackup(file, key, begin('read')))
  const storage = await openEmptyStorage({ url: config.databaseUrl, dataDir: config.dataDir, clock: systemClock })
  try {
    return await restoreBackup(storage, file, { key, nowMs: systemClock.nowMs(), onRows: begin('restored', total) })
  } catch (error) {
    throw config.databaseUrl === undefined ? failureBelow(config.dataDir, error) : error
  } finally {
    await storage.close()
  }
}

/** `watchword backup drill FILE` */
export async function drill(this: CliContext, flags: Flags, file: string): Promise<void> {
  const root = await rootKeyOf(readConfig(this.env, flags), file)
  const key = randomBytes(32)
  const atMs = this.now()
  const proof = await proofOf(this, file, root, key, atMs)
  const { counts, audit } = proof
  const live = await withStore(
    this,
    flags,
    async (core) => ({
      codes: await proveCodes(core, key, atMs, proof.codes),
      added: await countAdded(core.storage.db, readBackupHead(file).createdAtMs),
    }),
    { schema: 'as it is' },
  )
  const compared = { ...compareProofs(live.codes, proof.codes), added: live.added }
  const passed = compared.different.length === 0 && audit.whole
  if (!passed) this.setExitCode(exitCodes.general)
  const { same, ...others } = compared
  if (flags.json) return this.printJson({ passed, codes: same, ...others, ...toldOf(counts), audit })
  for (const line of drillLines(passed, compared, counts)) this.print(line)
  for (const line of auditLines(audit)) this.print(line)
}

/** Brings a backup back into a throw-away folder and tells what it holds there. */
function proofOf(
  context: CliContext,
  file: string,
  root: RootKey,
  key: Uint8Array,
  atMs: number,
): Promise<CopyProof & { counts: Counts }> {
  return throughRows(context, async (course) => {
    const copy = await rehearse(file, root, course)
    try {
      const question = { rootKey: rootKeyText(root), key: Buffer.from(key).toString('base64'), atMs }
      return { ...(await proveElsewhere(context, copy, question, course)), counts: copy.counts }
    } finally {
      copy.end()
    }
  })
}

type Compared = ReturnType<typeof compareProofs> & { readonly added: number }

function drillLines(passed: boolean, { same, different, changed, removed, added }: Compared, counts: Counts): string[] {
  const subjects = counts['subject'] ?? 0
  const sample = subjects > subjectsCompared ? [`Of ${subjects} subjects, ${subjectsCompared} were compared.`] : []
  return [
    `${passed ? 'Passed' : 'Failed'}: ${same} codes of the backup equal the live ones.`,
    ...sample,
    ...named('Different although nobody changed them', different),
    ...named('Changed since the backup', changed),
    ...named('Removed since the backup', removed),
    ...(added === 0
      ? []
      : [`Not in it: ${added} ${added === 1 ? 'secret' : 'secrets'} added since. Write a new backup.`]),
  ]
}

function named(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what} (${names.length}): ${names.join(', ')}`]
}

function auditLines({ whole, events, problems }: AuditReport): string[] {
  if (whole) return [`Its audit chain of ${events} events verifies.`]
  return ['Its audit chain does NOT verify:', ...problems]
}

function toldOf(counts: Counts): { rows: number; counts: Counts } {
  return { rows: rowsIn(counts), counts }
}

function countsLine(sentence: string, counts: Counts): string {
  const { rows } = toldOf(counts)
  return `${sentence}: ${rows} rows, ${counts['account'] ?? 0} accounts, ${counts['subject'] ?? 0} subjects, ${counts['audit_event'] ?? 0} audit events.`
}
