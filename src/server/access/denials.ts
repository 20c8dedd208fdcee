import type { FastifyRequest } from 'fastify'
import { isFailure } from '../../errors/failure.ts'
import { type AccessContext, audit } from './context.ts'

/**
 * Audits that somebody we know asked for what they may not do, before the answer leaves (law 3). What strangers are
 * refused stands in metrics and log alone: their number has no bound.
 */
export async function recordDenial(context: AccessContext, request: FastifyRequest, error: unknown): Promise<void> {
  const { actor } = request
  if (!isFailure(error) || !denials.has(error.code) || actor === undefined || actor.kind === 'stranger') return
  await context.storage.transaction((tx) =>
    audit(context, tx, actor, {
      action: 'request.denied',
      objectKind: 'route',
      // The route's pattern: a path may hold names that are nobody's.
      objectId: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
      outcome: 'denied',
      reason: error.code,
    }),
  )
}

const denials = new Set<string>(['forbidden', 'scope_beyond_rights', 'reproof_needed'])
