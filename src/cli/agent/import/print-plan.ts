import type { CliContext } from '../../context.ts'
import type { ImportPlan, ImportSummary } from './plan.ts'
import type { ReadSource } from './read-source.ts'

/** Tells a person what an import would do, entry by entry where there is something to tell. */
export function printPlan(context: CliContext, sources: readonly ReadSource[], plan: ImportPlan): void {
  for (const { source, report } of sources) {
    context.say(`${source}: ${report.app}, ${report.total} ${report.total === 1 ? 'entry' : 'entries'}`)
    for (const warning of report.warnings) context.say(`  ${warning}`)
    for (const { name, index, reason } of report.failures)
      context.say(`  refused: ${name ?? `entry ${index + 1}`}: ${reason}`)
    for (const { what, count } of report.skipped) context.say(`  left out: ${what} (${count})`)
  }
  for (const name of plan.added) context.say(`  new: ${name}`)
  for (const { name, known } of plan.duplicates) context.say(`  duplicate: ${name} is here already as ${known}`)
  for (const { name, known, storedAs } of plan.changed) {
    context.say(
      `  changed: ${name} differs from ${known} here${storedAs === known ? ' and replaces it' : `, stored as ${storedAs}`}`,
    )
  }
  context.say(sumUp(plan.summary))
}

/** One sentence whose counts add up. */
function sumUp({ total, new: added, duplicate, changed, refused, skipped }: ImportSummary): string {
  const parts = [
    `${added} new`,
    `${duplicate} duplicate`,
    `${changed} changed`,
    `${refused} refused`,
    `${skipped} left out`,
  ]
  return `${total} ${total === 1 ? 'entry' : 'entries'}: ${parts.join(', ')}.`
}

/** The same for another program. It holds no secret. */
export function planJson(sources: readonly ReadSource[], plan: ImportPlan, isDone: boolean): object {
  return {
    imported: isDone,
    ...plan.summary,
    accounts: { new: plan.added, duplicate: plan.duplicates, changed: plan.changed },
    files: sources.map(({ source, report }) => ({
      file: source,
      format: report.format,
      app: report.app,
      total: report.total,
      refused: report.failures,
      skipped: report.skipped,
      warnings: report.warnings,
    })),
  }
}
