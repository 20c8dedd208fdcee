import { once } from 'node:events'
import { createReadStream, createWriteStream, existsSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { Failure } from '../errors/failure.ts'
import type { RecordedEvent } from '../server/audit/link.ts'
import type { AuditFilter } from '../server/audit/search.ts'
import { type ExportReport, verifyExport } from '../server/audit/verify-export.ts'
import type { AuditReport } from '../server/audit/verify.ts'
import type { ExportFlags, FilterFlags, ListFlags, PruneFlags, VerifyFlags } from './audit.ts'
import type { CliContext } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import type { StoreUse } from './admin/store-core.ts'
import { operator, withStore } from './open-store.ts'

/** What was recorded stays readable: before an upgrade, and after the store moved elsewhere. */
const reading: StoreUse = { schema: 'as it is', allowsMoved: true }

/** `watchword audit list` */
export async function list(this: CliContext, flags: ListFlags): Promise<void> {
  const { cursor, limit } = flags
  const { page, others } = await withStore(this, flags, async ({ audit }) => {
    const found = await audit.list(filterOf(flags), { cursor, limit })
    return { page: found, others: found.items.length === 0 ? otherActions(await audit.actions(), flags.action) : '' }
  })
  if (flags.json) return this.printJson(page)
  for (const event of page.items) this.print(eventLine(event))
  if (page.items.length === 0) this.say(`nothing was recorded that fits${others}`)
  if (page.nextCursor !== undefined) this.say(`there is more: --cursor ${page.nextCursor}`)
}

/** `watchword audit verify [FILE]` */
export async function verify(this: CliContext, flags: VerifyFlags, file?: string): Promise<void> {
  const report =
    file === undefined
      ? await withStore(this, flags, ({ audit }) => audit.verify(), reading)
      : await verifyFile(this, file, flags.publicKey)
  if (!report.whole) this.setExitCode(exitCodes.general)
  if (flags.json) return this.printJson(report)
  for (const line of reportLines(report)) this.print(line)
}

/** `watchword audit export --jsonl` */
export async function exportAll(this: CliContext, flags: ExportFlags): Promise<void> {
  const filter = filterOf(flags)
  if (flags.output !== undefined && existsSync(flags.output))
    throw new Failure('audit_export_exists', { detail: { file: flags.output } })
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  await withStore(
    this,
    flags,
    async ({ audit }) => {
      const lines = withLineFeeds(isFiltered ? audit.exportFiltered(filter) : audit.export())
      if (flags.output === undefined) for await (const line of lines) this.stdout.write(line)
      else await writeNew(flags.output, lines)
      const key = Buffer.from(audit.publicKey).toString('base64')
      if (!isFiltered) this.say(`signed by the key ${key}; note it outside and verify with --public-key`)
    },
    reading,
  )
}

/** Writes a file that was not there, whole or not at all. */
async function writeNew(path: string, lines: AsyncIterable<string>): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600, flags: 'wx' })
  await once(file, 'open')
  try {
    await pipeline(lines, file)
  } catch (error) {
    rmSync(path, { force: true })
    throw error instanceof Error ? Object.assign(error, { path }) : error
  }
}

/** `watchword audit prune --before DATE` */
export async function prune(this: CliContext, flags: PruneFlags): Promise<void> {
  const removed = await withStore(this, flags, async ({ audit }) => {
    await confirmPruning(this, flags)
    return audit.prune(flags.before, operator())
  })
  if (flags.json) return this.printJson({ removed })
  this.print(`Removed ${removed} ${removed === 1 ? 'event' : 'events'}.`)
}

async function confirmPruning(context: CliContext, { before, yes }: PruneFlags): Promise<void> {
  if (yes) return
  if (!context.canAsk()) throw new Failure('audit_prune_unconfirmed')
  const text = `Remove every event from before ${new Date(before).toISOString()} for good? [y/N] `
  const answer = await context.ask({ text, asks: 'a confirmation', instead: 'Give --yes if you mean it.', echo: true })
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('agent_interrupted')
}

/** A mistyped action finds nothing, as one that never happened does: the ones there are tell them apart. */
function otherActions(recorded: readonly string[], action: string | undefined): string {
  if (action === undefined || recorded.some((known) => known.startsWith(action))) return ''
  return `: this audit holds no action ${action}, but ${recorded.join(', ')}`
}

function filterOf(flags: FilterFlags): AuditFilter {
  const { actor, action, object, realm, outcome, after, before } = flags
  return { actor, action, object, realm, outcome, afterMs: after, beforeMs: before }
}

async function verifyFile(context: CliContext, file: string, publicKey?: string): Promise<ExportReport> {
  const input = createReadStream(file === '-' ? '/dev/stdin' : file)
  await once(input, 'open').catch((cause: unknown) => {
    throw new Failure('file_unreadable', { detail: { file }, cause })
  })
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  return verifyExport(lines, context.now(), publicKey)
}

async function* withLineFeeds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`
}

function eventLine({
  atMs,
  actorName,
  action,
  objectKind,
  objectId,
  objectName,
  outcome,
  reason,
}: RecordedEvent): string {
  const object = `${objectKind} ${objectName ?? objectId}`
  const why = reason === undefined ? outcome : `${outcome} (${reason})`
  return [new Date(atMs).toISOString(), actorName, action, object, why].join('\t')
}

function reportLines(report: AuditReport | ExportReport): string[] {
  const events = `${report.events} ${report.events === 1 ? 'event' : 'events'}`
  const verdict = report.whole ? `The audit is whole: ${events}.` : `The audit is NOT whole (${events} read):`
  const signer =
    'publicKey' in report
      ? [`${report.whole ? 'Signed by' : 'The file names as its signer'} the key ${report.publicKey}.`]
      : []
  return [verdict, ...report.problems, ...signer]
}
