import type { Router } from '../http/router.ts'
import type { Access } from './access.ts'
import { groupRoutes } from './groups/routes.ts'
import { loginRoutes } from './login/routes.ts'
import { meRoutes } from './me/routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { tokenRoutes } from './tokens/routes.ts'

/** Puts the room's endpoints at their addresses. */
export function accessRoutes(router: Router, { context }: Access): void {
  const parts = { context, isSignOnActive: async () => false, providerLogout: async () => null }
  meRoutes(router, parts)
  loginRoutes(router, parts)
  peopleRoutes(router, context)
  groupRoutes(router, context)
  sessionRoutes(router, context)
  tokenRoutes(router, context)
}
