import type { FastifyRequest } from 'fastify'
import { isFailure } from '../../errors/failure.ts'
import { type AccessContext, audit } from './context.ts'

/**
 * Audits that somebody we know asked for what they may not do, before the answer leaves (law 3). What strangers are
 * refused stands in metrics and log alone: their number has no bound.
 */
export async function recordDenial(context: AccessContext, request: FastifyRequest, error: unknown): Promise<void> {
  const { actor } = request
  const reason = denialOf(error)
  if (reason === null || actor === undefined || actor.kind === 'stranger') return
  await context.storage.transaction((tx) =>
    audit(context, tx, actor, {
      action: 'request.denied',
      objectKind: 'route',
      // The route's pattern: a path may hold names that are nobody's.
      objectId: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
      outcome: 'denied',
      reason,
    }),
  )
}

const denials = new Set<string>(['forbidden', 'scope_beyond_rights', 'reproof_needed', 'csrf_refused'])

// What somebody may not know of is answered as if it were not there; its cause says that it was a denial.
function denialOf(error: unknown): string | null {
  if (!isFailure(error)) return null
  if (denials.has(error.code)) return error.code
  return isFailure(error.cause) && denials.has(error.cause.code) ? error.cause.code : null
}
