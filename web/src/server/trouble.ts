import type { FieldRemark } from '../../../src/api/endpoint.ts'
import { isRefusal } from '../../../src/client/index.ts'

/** What kind of way on there is. */
export type TroubleKind = 'offline' | 'session' | 'forbidden' | 'missing' | 'conflict' | 'busy' | 'broken' | 'invalid'

/** A request that got a no, or no answer at all, as a page speaks of it. */
export interface Trouble {
  readonly kind: TroubleKind
  /** The stable name of the server's failure; empty when none came. */
  readonly code: string
  /** The server's own sentence; empty when none came. */
  readonly message: string
  readonly retryAfterMs: number | null
  /** Who has the code of this moment; empty when that is not the trouble. */
  readonly holder: string
  /** What is wrong with single fields of what was sent. */
  readonly fields: readonly FieldRemark[]
}

/** Trouble that no answer of the server speaks of. */
export function troubleWithoutAnswer(kind: TroubleKind): Trouble {
  return { kind, code: '', message: '', retryAfterMs: null, holder: '', fields: [] }
}

/** Anything a request threw, as trouble. */
export function troubleOf(thrown: unknown): Trouble {
  if (!isRefusal(thrown)) return troubleWithoutAnswer('offline')
  return {
    kind: saysSessionEnded(thrown) ? 'session' : kindOf(thrown.status),
    code: thrown.serverCode,
    message: thrown.problem.title,
    retryAfterMs: thrown.retryAfterMs,
    holder: thrown.problem.holder ?? '',
    fields: thrown.problem.errors ?? [],
  }
}

/** Whether the server no longer knows us: a refused login is a 401 as well, and no end of a session. */
export function saysSessionEnded(thrown: unknown): boolean {
  return isRefusal(thrown, 'login_needed')
}

function kindOf(status: number): TroubleKind {
  if (status === 403) return 'forbidden'
  if (status === 404 || status === 410) return 'missing'
  if (status === 409) return 'conflict'
  if (status === 429 || status === 503) return 'busy'
  return status >= 500 ? 'broken' : 'invalid'
}
