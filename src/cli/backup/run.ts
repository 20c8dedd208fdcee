import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootDerivedKey } from '../../crypto/key-ring.ts'
import { Failure } from '../../errors/failure.ts'
import { backupLabel, checkBackup, type Counts, restoreBackup, writeBackup } from '../../server/backup/backup.ts'
import { type CodeProof, compareProofs, proveCodes } from '../../server/backup/codes.ts'
import { readBackupHead } from '../../server/backup/container.ts'
import { systemClock } from '../../server/clock.ts'
import { type Config, readConfig } from '../../server/config.ts'
import { openStorage } from '../../server/database/open.ts'
import { rootKeyProvider } from '../../server/open-core.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { withStore } from '../open-store.ts'
import type { StoreFlags } from '../server-options.ts'

interface Flags extends StoreFlags {
  readonly json: boolean
}

export async function createBackup(this: CliContext, flags: Flags, file: string): Promise<void> {
  if (existsSync(file)) throw new Failure('backup_exists', { detail: { file } })
  const counts = await withStore(this, flags, (core) => writeBackup(core, file))
  tell(this, flags, counts, `Wrote ${file}`)
  this.say(
    'It opens with the root key alone. Keep a copy of that key elsewhere, and rehearse: `watchword backup drill`.',
  )
}

export async function checkBackupFile(this: CliContext, flags: Flags, file: string): Promise<void> {
  const counts = await checkBackup(file, await keyFor(readConfig(this.env, flags), file))
  tell(this, flags, counts, `${file} is whole`)
}

export async function restore(this: CliContext, flags: Flags, file: string): Promise<void> {
  const counts = await restoreInto(readConfig(this.env, flags), file)
  tell(this, flags, counts, `Restored ${file}`)
}

export async function drill(this: CliContext, flags: Flags, file: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-drill-'))
  try {
    const config = readConfig(this.env, flags)
    const counts = await restoreInto({ ...config, dataDir: folder, databaseUrl: undefined }, file)
    const asked = { key: randomBytes(32).toString('base64'), atMs: this.now() }
    const live = await withStore(this, flags, (core) => proveCodes(core, Buffer.from(asked.key, 'base64'), asked.atMs))
    const restored = proveElsewhere(this, config, folder, asked)
    const { same, different } = compareProofs(live, restored)
    if (flags.json) this.printJson({ passed: different.length === 0, codes: same, different, counts })
    else
      this.print(
        different.length === 0
          ? `Passed: ${same} codes of the backup equal the live ones.`
          : `Failed: ${different.length} of ${same + different.length} codes differ: ${different.join(', ')}`,
      )
    if (different.length > 0) this.setExitCode(exitCodes.general)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function prove(this: CliContext, flags: Flags): Promise<void> {
  const { key, atMs } = JSON.parse((await this.readStdin()).toString()) as { key: string; atMs: number }
  this.printJson(await withStore(this, flags, (core) => proveCodes(core, Buffer.from(key, 'base64'), atMs)))
}

// In a process of its own: what is rehearsed is that another machine could do it.
function proveElsewhere(context: CliContext, { rootKey }: Config, folder: string, asked: object): CodeProof {
  const keyFile = rootKey.kind === 'file' ? { WATCHWORD_ROOT_KEY_FILE: rootKey.path } : {}
  const { WATCHWORD_DATABASE_URL: _url, WATCHWORD_DATABASE_URL_FILE: _file, ...rest } = context.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [process.argv[1] ?? '', 'backup', 'prove', '--data-dir', folder],
    {
      env: { ...rest, ...keyFile },
      input: JSON.stringify(asked),
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    },
  )
  if (status !== 0) throw new Failure('drill_failed', { detail: { reason: stderr.trim().split('\n').at(-1) ?? '' } })
  return JSON.parse(stdout) as CodeProof
}

async function restoreInto(config: Config, file: string): Promise<Counts> {
  const key = await keyFor(config, file)
  // Read to its end first: a damaged file must not even make an empty database.
  await checkBackup(file, key)
  const storage = await openStorage({ url: config.databaseUrl, dataDir: config.dataDir, clock: systemClock })
  try {
    return await restoreBackup(storage, file, { key, nowMs: systemClock.nowMs() })
  } finally {
    await storage.close()
  }
}

async function keyFor(config: Config, file: string): Promise<Uint8Array> {
  if (!existsSync(file)) throw new Failure('file_unreadable', { detail: { file } })
  const { rootKeyId } = readBackupHead(file)
  const keys = await rootKeyProvider(config.rootKey, false).load()
  const root = keys.find(({ id }) => id === rootKeyId)
  if (root === undefined) throw new Failure('backup_key_missing', { detail: { rootKeyId } })
  return rootDerivedKey(root, backupLabel)
}

function tell(context: CliContext, { json }: Flags, counts: Counts, sentence: string): void {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (json) context.printJson({ rows, counts })
  else
    context.print(
      `${sentence}: ${rows} rows, ${counts['account'] ?? 0} accounts, ${counts['subject'] ?? 0} subjects, ${counts['audit_event'] ?? 0} audit events.`,
    )
}
