import { buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { accountRoutes } from './accounts.ts'
import { groupRoutes } from './groups.ts'
import { importRoutes } from './import.ts'
import { peopleRoutes } from './people.ts'
import { realmsRoutes } from './realms.ts'
import { tokenRoutes } from './tokens.ts'
import { ungleichotpRoutes } from './ungleichotp.ts'

/** `watchword admin`: what the console does, on a running server or on the store itself. */
export const adminRoutes = buildRouteMap<string, CliContext>({
  routes: {
    people: peopleRoutes,
    groups: groupRoutes,
    tokens: tokenRoutes,
    realms: realmsRoutes,
    accounts: accountRoutes,
    import: importRoutes,
    ungleichotp: ungleichotpRoutes,
  },
  docs: { brief: 'Administer people, groups, tokens, realms and accounts' },
})
