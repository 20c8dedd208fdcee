import { createHmac, timingSafeEqual } from 'node:crypto'

/** A form older than this is shown again. */
const livesMs = 60 * 60_000

/** What became of a form's token. */
export type FormCheck = 'good' | 'expired' | 'forged'

/**
 * The token of a form, bound to the browser's form cookie and to the moment it was shown. It proves that the
 * form came from us before anybody is logged in (login CSRF, P27); neither Host nor Origin has to be right,
 * for simpleotp's proxy configurations forward neither.
 */
export function formToken(key: Uint8Array, browserToken: string, nowMs: number): string {
  return `${nowMs.toString(36)}.${mac(key, browserToken, nowMs)}`
}

/** Checks a form's token against the browser's cookie. */
export function checkFormToken(
  key: Uint8Array,
  browserToken: string | undefined,
  given: string | undefined,
  nowMs: number,
): FormCheck {
  const [madeAt = '', proof = ''] = (given ?? '').split('.')
  const madeAtMs = Number.parseInt(madeAt, 36)
  if (browserToken === undefined || browserToken === '' || !Number.isSafeInteger(madeAtMs)) return 'forged'
  const wanted = Buffer.from(mac(key, browserToken, madeAtMs))
  const bytes = Buffer.from(proof)
  if (bytes.length !== wanted.length || !timingSafeEqual(bytes, wanted)) return 'forged'
  return nowMs - madeAtMs > livesMs ? 'expired' : 'good'
}

function mac(key: Uint8Array, browserToken: string, madeAtMs: number): string {
  return createHmac('sha256', key).update(`${browserToken} ${madeAtMs}`).digest('base64url')
}
