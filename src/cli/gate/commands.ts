import { buildRouteMap } from '@stricli/core'
import { checkPolicyCommand } from './check-policy.ts'
import { gateDoctorCommand } from './doctor.ts'
import { printConfigCommand } from './print-config.ts'

/** `watchword gate …`: rules and proxies of the gate. */
export const gateRoutes = buildRouteMap({
  routes: { printConfig: printConfigCommand, checkPolicy: checkPolicyCommand, doctor: gateDoctorCommand },
  docs: { brief: 'Rules and proxies of the gate' },
})
