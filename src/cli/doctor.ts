import { buildCommand } from '@stricli/core'
import { isFailure } from '../errors/failure.ts'
import type { OpenCore } from '../server/open-core.ts'
import type { Finding } from '../server/operation/finding.ts'
import type { CliContext } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import { type AdminFlags, adminFlags, serverOf, withAdminClient } from './admin/connection.ts'
import { progressOn } from './progress.ts'

const marks: Record<Finding['level'], string> = { ok: 'ok      ', warning: 'warning ', error: 'error   ' }

/** `watchword doctor`: looks at configuration, files, database, clock, keys, sign-on and the audit chain. */
export const doctorCommand = buildCommand<AdminFlags, [], CliContext>({
  func: doctor,
  parameters: { flags: adminFlags },
  docs: {
    brief: 'Say what is wrong with a store or its configuration, and what to do',
    fullDescription:
      'Changes nothing. Ends with 1 when something is wrong, with 0 when there are warnings at most. A running server also\nsays whether sign-on leads back to the host it was asked by.\n\nExamples:\n  watchword doctor --data-dir /var/lib/watchword\n  watchword doctor --server https://codes.example.com --token-file admin.token',
  },
})

async function doctor(this: CliContext, flags: AdminFlags): Promise<void> {
  const found = serverOf(this, flags) === undefined ? await lookAtStore(this, flags) : await askServer(this, flags)
  if (flags.json) this.printJson({ findings: found })
  else for (const { level, check, message } of found) this.print(`${marks[level]} ${check}: ${message}`)
  if (found.some(({ level }) => level === 'error')) this.setExitCode(exitCodes.general)
}

async function lookAtStore(context: CliContext, flags: AdminFlags): Promise<readonly Finding[]> {
  const { withStore } = await import('./open-store.ts')
  const { findings, findingsOfUnopened } = await import('../server/operation/findings.ts')
  try {
    const { onProgress, end } = progressOn(context)
    const look = (core: OpenCore) => findings(core, core.config, { onProgress }).finally(end)
    return await withStore(context, flags, look, { schema: 'as it is', allowsMoved: true })
  } catch (error) {
    if (!isFailure(error) || error.code === 'config_invalid') throw error
    const { readConfig } = await import('../server/config.ts')
    return findingsOfUnopened(readConfig(context.env, flags), error)
  }
}

async function askServer(context: CliContext, flags: AdminFlags): Promise<readonly Finding[]> {
  const { readHealth } = await import('../api/operation.ts')
  const { findings } = await withAdminClient(context, flags, (client) => client.call(readHealth))
  return findings
}
