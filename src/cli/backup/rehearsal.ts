import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { rootDerivedKey } from '../../crypto/key-ring.ts'
import type { RootKey } from '../../crypto/root-key.ts'
import { Failure } from '../../errors/failure.ts'
import { type AuditReport } from '../../server/audit/verify.ts'
import { backupLabel, checkBackup, type Counts, restoreBackup, rowsIn } from '../../server/backup/backup.ts'
import { type CodeProof, proveCodes } from '../../server/backup/codes.ts'
import { failureBelow, openEmptyStorage } from '../../server/backup/target.ts'
import { systemClock } from '../../server/clock.ts'
import { type Config, readConfig } from '../../server/config.ts'
import { createMetrics } from '../../server/http/metrics.ts'
import { createLogger, logOf } from '../../server/log.ts'
import { openCore } from '../../server/open-core.ts'
import type { CliContext } from '../context.ts'
import type { Course } from './through-rows.ts'

/** A backup brought back into a folder that goes away with {@link Rehearsal.end}. */
export interface Rehearsal {
  readonly folder: string
  readonly counts: Counts
  end(): void
}

/** What is asked of the process that opens the copy; it comes by standard input, where nobody else reads it. */
interface Question {
  readonly rootKey: string
  readonly key: string
  readonly atMs: number
}

/** What a copy of a store proves. */
export interface CopyProof {
  readonly codes: CodeProof
  readonly audit: AuditReport
}

/** Restores a backup into a throw-away folder, once it is proven to be whole. */
export async function rehearse(file: string, root: RootKey, { begin }: Course): Promise<Rehearsal> {
  const key = rootDerivedKey(root, backupLabel)
  const total = rowsIn(await checkBackup(file, key, begin('read')))
  const folder = mkdtempSync(join(tmpdir(), 'watchword-drill-'))
  const end = () => rmSync(folder, { recursive: true, force: true })
  try {
    const storage = await openEmptyStorage({ dataDir: folder, clock: systemClock })
    try {
      const options = { key, nowMs: systemClock.nowMs(), onRows: begin('restored', total) }
      return { folder, counts: await restoreBackup(storage, file, options), end }
    } finally {
      await storage.close()
    }
  } catch (error) {
    const told = failureBelow(folder, error)
    end()
    throw told
  }
}

/** Lets a process of its own open the copy: what is rehearsed is that another machine could do it. */
export async function proveElsewhere(
  { env }: CliContext,
  { folder }: Rehearsal,
  question: Question,
  { begin, signal }: Course,
): Promise<CopyProof> {
  begin('codes and audit chain')
  const { WATCHWORD_DATABASE_URL: _url, WATCHWORD_DATABASE_URL_FILE: _file, ...rest } = env
  const words = [process.argv[1] ?? '', 'backup', 'prove', '--data-dir', folder]
  const child = spawn(process.execPath, words, { env: rest, signal })
  const ended = once(child, 'close').catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error
  })
  // One that ends early is told of by its status.
  child.stdin.on('error', () => {}).end(JSON.stringify(question))
  const [answer, complaint, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (status !== 0) throw new Failure('drill_failed', { detail: { reason: complaint.trim().split('\n').at(-1) ?? '' } })
  return JSON.parse(answer) as CopyProof
}

/** The other side of {@link proveElsewhere}. */
export async function prove(this: CliContext, { dataDir = '' }: { readonly dataDir?: string }): Promise<void> {
  const { rootKey, key, atMs } = JSON.parse((await this.readStdin()).toString()) as Question
  const core = await openCopy(readConfig(this.env, { dataDir }), dataDir, rootKey)
  try {
    const codes = await proveCodes(core, Buffer.from(key, 'base64'), atMs)
    const proof: CopyProof = { codes, audit: await core.audit.verify() }
    this.printJson(proof)
  } finally {
    await core.close()
  }
}

function openCopy(config: Config, dataDir: string, rootKey: string) {
  const ours: Config = { ...config, dataDir, databaseUrl: undefined, rootKey: { kind: 'value', value: rootKey } }
  const log = logOf(createLogger('warn'))
  return openCore(ours, { clock: systemClock, log, metrics: createMetrics(), config: ours }, 'as it is')
}
