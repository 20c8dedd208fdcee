import { buildCommand } from '@stricli/core'
import type { Finding } from '../server/operation/findings.ts'
import type { CliContext } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import { type StoreFlags, storeFlags } from './server-options.ts'

interface DoctorFlags extends StoreFlags {
  readonly json: boolean
}

const marks: Record<Finding['level'], string> = { ok: 'ok      ', warning: 'warning ', error: 'error   ' }

/** `watchword doctor`: looks at configuration, files, database, clock, keys and the audit chain. */
export const doctorCommand = buildCommand<DoctorFlags, [], CliContext>({
  func: doctor,
  parameters: {
    flags: { ...storeFlags, json: { kind: 'boolean', default: false, withNegated: false, brief: 'Answer as JSON' } },
  },
  docs: {
    brief: 'Say what is wrong with a store or its configuration, and what to do',
    fullDescription:
      'Changes nothing. Ends with 1 when something is wrong, with 0 when there are warnings at most.\n\nExample:\n  watchword doctor --data-dir /var/lib/watchword',
  },
})

async function doctor(this: CliContext, flags: DoctorFlags): Promise<void> {
  const { withStore } = await import('./open-store.ts')
  const { findings } = await import('../server/operation/findings.ts')
  const found = await withStore(this, flags, (core) => findings(core, core.config))
  if (flags.json) this.printJson({ findings: found })
  else for (const { level, check, message } of found) this.print(`${marks[level]} ${check}: ${message}`)
  if (found.some(({ level }) => level === 'error')) this.setExitCode(exitCodes.general)
}
