import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { agentFindings } from '../findings.ts'
import { type AgentFlags, jsonFlag, storeFlags } from '../store-flags.ts'

/** `watchword agent doctor`: what is wrong with the store, its keys and the clock. */
export const agentDoctorCommand = buildCommand<AgentFlags, [], CliContext>({
  func: doctor,
  parameters: { flags: { json: jsonFlag, ...storeFlags } },
  docs: { brief: 'Look for what is wrong with the store, its keys and the clock' },
})

async function doctor(this: CliContext, flags: AgentFlags): Promise<void> {
  const findings = await agentFindings(this, flags)
  if (flags.json) this.printJson({ findings })
  else for (const { what, state, says } of findings) this.print(`${marks[state]} ${what}: ${says}`)
  if (findings.some(({ state }) => state === 'bad')) this.setExitCode(1)
}

const marks = { good: 'ok  ', warning: 'warn', bad: 'BAD ' } as const
