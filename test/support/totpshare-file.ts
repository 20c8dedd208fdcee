import { createCipheriv, hash, randomBytes } from 'node:crypto'

/** Seals a secret as totpshare did. */
export function sealForTotpshare(secret: string, key: string): Buffer {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', hash('sha256', key, 'buffer'), iv)
  return Buffer.from(Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final()]).toString('base64'))
}
