import { getSystemErrorName } from 'node:util'
import { type Remark, remark } from '../../../errors/remarks.ts'

/** Why a notice did not arrive, in a sentence that administrators are shown. */
export class Undelivered extends Error {
  readonly reason: Remark

  constructor(reason: Remark) {
    super(reason.message)
    this.reason = reason
  }
}

/** What administrators are shown of a failed attempt: its kind, never what the other side said. */
export function reasonOf(error: unknown): Remark {
  if (error instanceof Undelivered) return error.reason
  if (!(error instanceof Error)) return remark('notice_not_sent', { reason: 'unknown' })
  if (error.name === 'TimeoutError') return remark('notice_too_late')
  const { cause } = error
  const code = codeOf(error) ?? (cause instanceof Error ? codeOf(cause) : undefined)
  if (code === 'EAUTH') return remark('notice_mail_login')
  // A mail server answered, so the connection is not to blame.
  if ('responseCode' in error && typeof error.responseCode === 'number')
    return remark('notice_mail_refused', { status: error.responseCode })
  if (code !== undefined) return remark('notice_unreachable', { code })
  return remark('notice_not_sent', { reason: (cause instanceof Error ? cause : error).message.slice(0, 200) })
}

function codeOf(error: Error): string | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  // The mail library calls every fault of a connection so; the system's own name says more.
  const isVague = code === 'ESOCKET' && 'errno' in error && typeof error.errno === 'number' && error.errno < 0
  return isVague ? getSystemErrorName(Number(error.errno)) : code
}

/** The reason as a row of the outbox holds it; a sentence alone is how rows were written once. */
export function readReason(kept: string | null): Remark | null {
  if (kept === null) return null
  return kept.startsWith('{') ? (JSON.parse(kept) as Remark) : { code: '', message: kept }
}
