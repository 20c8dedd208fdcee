import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { probeProxy, type ProbeFinding } from './probe.ts'

interface GateDoctorFlags {
  readonly json: boolean
}

const marks: Record<ProbeFinding['level'], string> = { ok: 'ok     ', warning: 'warning', error: 'error  ' }

/** `watchword gate doctor URL`: sends marked requests through the live proxy and says what is wrong. */
export const gateDoctorCommand = buildCommand<GateDoctorFlags, [string], CliContext>({
  func: gateDoctor,
  parameters: {
    flags: { json: { kind: 'boolean', default: false, withNegated: false, brief: 'Answer as JSON' } },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'A guarded address as visitors reach it', parse: (value: string) => value, placeholder: 'URL' },
      ],
    },
  },
  docs: {
    brief: 'Look at a proxy from outside: is everything guarded, can identities be forged',
    fullDescription:
      'Asks as a stranger, with forged headers, odd paths and bodies. Nothing is changed; no login is needed.\nEnds with 1 when something is wrong.\n\nExample:\n  watchword gate doctor https://app.example.com/',
  },
})

async function gateDoctor(this: CliContext, flags: GateDoctorFlags, url: string): Promise<void> {
  const found = await probeProxy(url, this.now)
  if (flags.json) this.printJson({ findings: found })
  else for (const { level, check, message } of found) this.print(`${marks[level]} ${check}: ${message}`)
  if (found.some(({ level }) => level === 'error')) this.setExitCode(exitCodes.general)
}
