import { buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { importSimpleotpCommand } from './import-simpleotp.ts'
import { importTinyMfaCommand } from './import-tiny-mfa.ts'
import { importTotpshareCommand } from './import-totpshare.ts'
import { importUngleichotpCommand } from './import-ungleichotp.ts'

/** `watchword admin import`: takes over what the programs we replace have stored. */
export const importRoutes = buildRouteMap<string, CliContext>({
  routes: {
    'tiny-mfa': importTinyMfaCommand,
    ungleichotp: importUngleichotpCommand,
    totpshare: importTotpshareCommand,
    simpleotp: importSimpleotpCommand,
  },
  docs: { brief: 'Take over the data of a program before this one' },
})
