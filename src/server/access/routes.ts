import type { FastifyInstance } from 'fastify'
import type { Router } from '../http/router.ts'
import type { Access } from './access.ts'
import { deviceRoutes } from './device/routes.ts'
import { groupRoutes } from './groups/routes.ts'
import { type LoginParts, loginRoutes } from './login/routes.ts'
import { meRoutes } from './me/routes.ts'
import { noticeRoutes } from './notices/routes.ts'
import { passkeyRoutes } from './passkeys/routes.ts'
import { signOnPages, signOnRoutes } from './oidc/routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { tokenRoutes } from './tokens/routes.ts'

/** Puts the room's endpoints at their addresses. */
export function accessRoutes(router: Router, { context, signOn }: Access): void {
  const parts: LoginParts = {
    context,
    isSignOnActive: () => signOn.isActive(),
    providerLogout: (request, idToken) => signOn.logoutAddress(request, idToken),
  }
  meRoutes(router, parts)
  loginRoutes(router, parts)
  peopleRoutes(router, context)
  groupRoutes(router, context)
  sessionRoutes(router, context)
  tokenRoutes(router, context)
  signOnRoutes(router, signOn)
  deviceRoutes(router, context)
  passkeyRoutes(router, parts)
  noticeRoutes(router, context)
}

/** What stands beside the contract: the addresses that the provider calls. */
export function accessPages(app: FastifyInstance, { context, signOn }: Access): void {
  signOnPages(app, context, signOn)
}
