import type { FastifyRequest } from 'fastify'
import { readSignOnEnvironment } from '../access/oidc/environment.ts'
import { isLoopbackAddress } from '../access/oidc/settings.ts'
import { readKept } from '../access/oidc/store.ts'
import { redirectFindings } from '../access/oidc/trial.ts'
import { askedHost, outsideView } from '../access/origin.ts'
import type { Config } from '../config.ts'
import type { Queryable } from '../database/storage.ts'
import type { Finding } from './findings.ts'

const check = 'sign-on redirect'

/**
 * The redirect URI as it has to be registered at the provider, and what is odd about it.
 *
 * @param request - whoever asks a running server; null on the store itself, where no host can be compared
 */
export async function redirectFinding(db: Queryable, config: Config, request: FastifyRequest | null): Promise<Finding> {
  const { settings, callbackPath } = readSignOnEnvironment(config.variables)
  const isActive = settings !== null || (await readKept(db, 'sign_on.active')) !== null
  const redirectUri = originOf(config, request) + callbackPath
  if (!isActive) {
    return { level: 'ok', check, message: `Sign-on is not set up. Its redirect URI would be ${redirectUri}.` }
  }
  const odd =
    request === null ? storeFindings(config, redirectUri) : redirectFindings(redirectUri, askedHost(config, request))
  if (odd.length > 0) return { level: 'warning', check, message: odd.join(' ') }
  return { level: 'ok', check, message: `Register ${redirectUri} at the provider.` }
}

function storeFindings(config: Config, redirectUri: string): string[] {
  if (config.publicUrl !== null) return redirectFindings(redirectUri, new URL(redirectUri).host)
  if (isLoopbackAddress(redirectUri)) return []
  return [
    `The redirect URI follows the host of each request, here ${redirectUri}; set WATCHWORD_PUBLIC_URL to the address people use and register that at the provider.`,
  ]
}

function originOf(config: Config, request: FastifyRequest | null): string {
  if (request !== null) return outsideView(config)(request).origin
  return config.publicUrl ?? `${config.hasTls ? 'https' : 'http'}://${config.host}:${config.port}`
}
