import { Failure, isFailure } from '../../../errors/failure.ts'
import type { Html } from './html.ts'

/** What a request is answered with. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer that is a page. */
export function page(body: Html, status = 200): Answer {
  return { status, type: 'text/html; charset=utf-8', body: body.html }
}

/** An answer for a script. */
export function json(body: unknown, status = 200): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) }
}

/** Sends a browser on with GET, so that reloading repeats no form. */
export function redirect(location: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 303, type: 'text/plain', body: '', headers: { Location: location, ...headers } }
}

/** A failure as JSON: its sentence, and the status a script can tell it by. */
export function failed(thrown: unknown): Answer {
  if (!isFailure(thrown)) return json({ error: 'Something unexpected happened.' }, 500)
  return json({ error: thrown.message, code: thrown.code }, statusOf(thrown))
}

/** The status of a failure. */
export function statusOf({ code }: Failure): number {
  if (code === 'agent_otp_not_found') return 404
  if (code === 'agent_passphrase_needed' || code === 'agent_passphrase_wrong') return 401
  return code === 'agent_name_taken' ? 409 : 422
}

/** Every answer carries these: no other origin's script, frame or cache ever sees a page. */
export const safetyHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  // With no-referrer a browser would hide the origin of our own forms too.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
}
