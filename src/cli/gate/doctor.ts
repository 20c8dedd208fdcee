import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ProbeFinding } from './finding.ts'
import { probeProxy } from './probe.ts'
import { readTextFile } from './read-file.ts'

interface GateDoctorFlags {
  readonly tokenFile?: string
  readonly json: boolean
}

/** The whole look takes a second or two where all is well. */
const patienceMs = 60_000

const text = (value: string) => value
const marks: Record<ProbeFinding['level'], string> = {
  ok: 'ok     ',
  skipped: 'skipped',
  warning: 'warning',
  error: 'error  ',
}

/** `watchword gate doctor URL…`: sends marked requests through the live proxy and says what is wrong. */
export const gateDoctorCommand = buildCommand<GateDoctorFlags, string[], CliContext>({
  func: gateDoctor,
  parameters: {
    flags: {
      tokenFile: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'A gate token that passes, to see whether made-up identities reach the app',
        placeholder: 'FILE',
      },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'Answer as JSON' },
    },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { brief: 'Guarded addresses as visitors reach them', parse: text, placeholder: 'URL' },
    },
  },
  docs: {
    brief: 'Look at a proxy from outside: is everything guarded, can identities be forged',
    fullDescription:
      'Asks as a stranger, with forged headers, odd paths and bodies. Nothing is changed; no login is needed.\nName one address of each location of the proxy: a location may answer before the check.\nEnds with 1 when something is wrong.\n\nExample:\n  watchword gate doctor https://app.example.com/ https://app.example.com/files/',
  },
})

async function gateDoctor(
  this: CliContext,
  { tokenFile, json }: GateDoctorFlags,
  ...addresses: string[]
): Promise<void> {
  const token = tokenFile === undefined ? {} : { token: readTextFile(tokenFile).trim() }
  const found = await probeProxy({ addresses, now: this.now, until: AbortSignal.timeout(patienceMs), ...token })
  if (json) this.printJson({ findings: found })
  else for (const { level, check, message } of found) this.print(`${marks[level]} ${check}: ${message}`)
  if (found.some(({ level }) => level === 'error')) this.setExitCode(exitCodes.general)
}
