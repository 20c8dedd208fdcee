import { pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/**
 * Whether a passphrase is one that was imported from simpleotp, as
 * `$pbkdf2-sha256$i=10000$<salt>$<hash>` in Base64. The first right login replaces it by Argon2id.
 */
export async function isLegacyPassphrase(passphrase: string, legacy: string): Promise<boolean> {
  const match = /^\$pbkdf2-sha256\$i=([1-9]\d{0,6})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/.exec(legacy)
  if (match === null) return false
  const [, iterations, salt = '', tag = ''] = match
  const expected = Buffer.from(tag, 'base64')
  if (expected.length < 16 || expected.length > 64) return false
  const given = await promisify(pbkdf2)(
    Buffer.from(passphrase, 'utf8'),
    Buffer.from(salt, 'base64'),
    Number(iterations),
    expected.length,
    'sha256',
  )
  return timingSafeEqual(given, expected)
}
