import type { Access } from './access/access.ts'
import { showMe } from './access/me/me.ts'
import type { Actor } from './http/actor.ts'

/**
 * Where a visitor without a session is sent from `/`: to the provider when that is the only login.
 *
 * @returns null for whoever should see the console
 */
export async function providerFirst({ context, signOn }: Access, actor: Actor): Promise<string | null> {
  if (actor.kind !== 'stranger') return null
  const { login } = await showMe({ context, isSignOnActive: () => signOn.isActive() }, actor)
  // Before the first administrator the setup link opens the console's own page; nobody can log in locally yet.
  const isOnlyLogin = login.oidc && (login.setupNeeded || !login.local)
  return isOnlyLogin ? '/v1/login/oidc?returnTo=%2F' : null
}
