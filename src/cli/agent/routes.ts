import { buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { agentDoctorCommand } from './commands/doctor.ts'
import { initCommand } from './commands/init.ts'
import { webCommand } from './commands/web.ts'

/** `watchword agent …`: what is done once, or seldom. */
export const agentRoutes = buildRouteMap<'init' | 'doctor' | 'web', CliContext>({
  routes: { init: initCommand, doctor: agentDoctorCommand, web: webCommand },
  docs: { brief: 'Set up the store of this computer, look after it, open it as a web page' },
})
