import { Failure } from '../errors/failure.ts'
import { member, stringMember, type Json } from './json.ts'
import type { HttpAnswer } from './transport.ts'

const advice: Readonly<Record<string, string>> = {
  E0000004:
    'Check the user name and the password (a locked user is answered the same way), then run watchword aws init.',
  E0000006: 'Ask an Okta administrator.',
  E0000007: 'Check the SSO URL.',
  E0000011: 'The sign-in took too long; start again.',
  E0000068: 'Check the TOTP secret and the clock of this machine; no second code was tried.',
}

const limits = new Set(['E0000047', 'E0000109', 'E0000133', 'HTTP 429'])

/**
 * What an Okta error body means, as the failure to throw.
 *
 * @param body - null where the answer was no JSON, as those of whatever stands before Okta
 * @param retryAfterMs - when the org says we may come back; 0 where it says nothing
 */
export function oktaRefusal(body: Json, status: number, org: string, retryAfterMs: number): Failure {
  const code = stringMember(body, 'errorCode') || `HTTP ${status}`
  const text = refusalText(body)
  if (limits.has(code)) {
    const seconds = Math.ceil((retryAfterMs || 30_000) / 1000)
    return new Failure('aws_okta_rate_limited', { detail: { code, text, seconds } })
  }
  if (code === 'E0000069') return new Failure('aws_okta_locked', { detail: { org } })
  if (code === 'E0000064') return new Failure('aws_okta_password_expired', { detail: { org } })
  return new Failure('aws_okta_refused', { detail: { code, text, advice: adviceFor(code) } })
}

// Looked up by a word of a foreign answer, which could be `constructor`.
function adviceFor(code: string): string {
  return (Object.hasOwn(advice, code) ? advice[code] : undefined) ?? 'Try again later.'
}

/** Whether the org refused a code because it, or one of the same step, was used before. */
export function isReplayed(failure: Failure): boolean {
  return /only be used once|PASSCODE_REPLAYED|same time window/i.test(String(failure.detail['text'] ?? ''))
}

/** Whether an answer is a limit that names its end; a text message sent a moment ago is none. */
export function isRateLimit(answer: HttpAnswer): boolean {
  return answer.status === 429 && answer.headers.get('x-rate-limit-reset') !== null
}

/**
 * How long to wait until the org's counters start anew, in milliseconds.
 *
 * @param nowMs - the org's time
 */
export function rateLimitWaitMs(answer: HttpAnswer, nowMs: number): number {
  const resetSeconds = Number(answer.headers.get('x-rate-limit-reset'))
  return Number.isFinite(resetSeconds) ? Math.max(0, resetSeconds * 1000 - nowMs) : 60_000
}

// The summary is often general ("Api validation failed"); the causes say what is wrong.
function refusalText(body: Json): string {
  const causes = member(body, 'errorCauses')
  const details = Array.isArray(causes) ? causes.map((cause: Json) => stringMember(cause, 'errorSummary')) : []
  return [stringMember(body, 'errorSummary'), ...details].filter((part) => part !== '').join(' ') || 'without a reason'
}
