import type { FastifyRequest } from 'fastify'
import { type Remark, remark } from '../../errors/remarks.ts'
import { readSignOnEnvironment } from '../access/oidc/environment.ts'
import { isLoopbackAddress } from '../access/oidc/settings.ts'
import { readKept } from '../access/oidc/store.ts'
import { redirectRemarks } from '../access/oidc/trial.ts'
import { askedHost, outsideView } from '../access/origin.ts'
import type { Config } from '../config.ts'
import type { Queryable } from '../database/storage.ts'
import { type Finding, finding } from './finding.ts'

const check = 'sign-on redirect'

/**
 * The redirect URI as it has to be registered at the provider, and each thing that is odd about it.
 *
 * @param request - whoever asks a running server; absent on the store itself, where no host can be compared
 */
export async function redirectFindings(
  db: Queryable,
  config: Config,
  request: FastifyRequest | undefined,
): Promise<Finding[]> {
  const { settings, callbackPath } = readSignOnEnvironment(config.variables)
  const isActive = settings !== null || (await readKept(db, 'sign_on.active')) !== null
  const address = originOf(config, request) + callbackPath
  if (!isActive) return [finding('ok', check, 'redirect_unused', { address })]
  const odd =
    request === undefined ? storeRemarks(config, address) : redirectRemarks(address, askedHost(config, request))
  if (odd.length === 0) return [finding('ok', check, 'redirect_fits', { address })]
  return odd.map((said) => ({ level: 'warning', check, ...said }))
}

function storeRemarks(config: Config, address: string): Remark[] {
  if (config.publicUrl !== null) return redirectRemarks(address, new URL(address).host)
  return isLoopbackAddress(address) ? [] : [remark('redirect_follows', { address })]
}

function originOf(config: Config, request: FastifyRequest | undefined): string {
  if (request !== undefined) return outsideView(config)(request).origin
  return config.publicUrl ?? `${config.hasTls ? 'https' : 'http'}://${config.host}:${config.port}`
}
