import { prepareOnce, truncatedHmac } from './hmac.ts'
import { stepAt } from './totp.ts'

// No vowels, and nothing that looks like something else.
const steamAlphabet = '23456789BCDFGHJKMNPQRTVWXY'
const steamLength = 5

/**
 * The five letters Steam Guard shows at one moment: SHA1, 30 seconds, lowest letter first.
 *
 * @param secret - raw key bytes (Steam's files hold them as Base64)
 * @param atMs - Unix time in milliseconds
 */
export function steamCode(secret: Uint8Array, atMs: number): string {
  let rest = truncatedHmac(prepareOnce(secret, 'SHA1'), stepAt(atMs, 30))
  let code = ''
  while (code.length < steamLength) {
    code += steamAlphabet.charAt(rest % steamAlphabet.length)
    rest = Math.floor(rest / steamAlphabet.length)
  }
  return code
}
