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
  return login.oidc && !login.local ? '/v1/login/oidc?returnTo=%2F' : null
}
