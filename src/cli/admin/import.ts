import { buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { importTotpshareCommand } from './import-totpshare.ts'

/** `watchword admin import`: takes over what the programs we replace have stored. */
export const importRoutes = buildRouteMap<string, CliContext>({
  routes: { totpshare: importTotpshareCommand },
  docs: { brief: 'Take over the data of a program before this one' },
})
