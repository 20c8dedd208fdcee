import { argon2Sync, createCipheriv, createHmac, randomBytes } from 'node:crypto'

/** Ciphertext followed by its tag. */
export function sealGcm(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, associated?: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  if (associated !== undefined) cipher.setAAD(Buffer.from(associated))
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

export function sealCbc(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv)
  return Buffer.concat([cipher.update(plain), cipher.final()])
}

export function stretchArgon(
  password: string | Uint8Array,
  salt: Uint8Array,
  memoryKib: number,
  passes: number,
  lanes: number,
): Buffer {
  return argon2Sync('argon2id', {
    message: password,
    nonce: salt,
    parallelism: lanes,
    tagLength: 32,
    memory: memoryKib,
    passes,
  })
}

export function hmac(hash: string, key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac(hash, key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

export const random = randomBytes
