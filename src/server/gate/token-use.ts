import type { Core } from '../audit/core.ts'

/** Use of a gate token is audited at most this often (law 3). */
const everyMs = 60_000
/** Beyond so many, tokens that were not used for a minute are forgotten. */
const mostKept = 1000

/** Audits the use of gate tokens once a minute each. */
export function createTokenUse({ storage, audit, services }: Core): (tokenId: string) => void {
  const notedAtMs = new Map<string, number>()
  return (tokenId) => {
    const nowMs = services.clock.nowMs()
    // Either way: a clock that is set back must not keep uses from the audit until it has caught up.
    if (Math.abs(nowMs - (notedAtMs.get(tokenId) ?? Number.NEGATIVE_INFINITY)) < everyMs) return
    notedAtMs.set(tokenId, nowMs)
    const who = { actorKind: 'token', actorId: tokenId, actorName: 'gate token' }
    const event = { action: 'gate.token', ...who, objectKind: 'token', objectId: tokenId, outcome: 'accepted' as const }
    if (notedAtMs.size > mostKept) for (const [id, atMs] of notedAtMs) if (nowMs - atMs >= everyMs) notedAtMs.delete(id)
    storage
      .transaction((tx) => audit.append(tx, [event]))
      .catch((error: unknown) => {
        // The next use tries again.
        notedAtMs.delete(tokenId)
        services.log.warn({ err: error }, 'use of a gate token could not be audited')
      })
  }
}
