import { timingSafeEqual } from 'node:crypto'
import { poly1305 } from '@noble/ciphers/_poly1305.js'
import { chacha20, hchacha } from '@noble/ciphers/chacha.js'

const [macBytes, blockBytes] = [16, 64]

/**
 * Opens the first message of a libsodium secretstream (XChaCha20-Poly1305); null when its MAC does not fit.
 *
 * Whether the message is tagged as the last one is not asked: Ente never marks it.
 *
 * @param header - 24 bytes: 16 for the subkey, 8 for the nonce
 * @param sealed - encrypted tag byte, message, MAC
 * @see libsodium documentation, "Encrypted streams"
 */
export function openSecretStream(key: Uint8Array, header: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < 1 + macBytes) return null
  const subkey = subkeyOf(key, header.subarray(0, 16))
  const nonce = Buffer.concat([Uint8Array.of(1, 0, 0, 0), header.subarray(16, 24)])
  const message = sealed.subarray(1, sealed.length - macBytes)
  const tagBlock = new Uint8Array(blockBytes)
  tagBlock[0] = sealed[0] ?? 0
  const openedTag = chacha20(subkey, nonce, tagBlock, undefined, 1)
  // The MAC covers the block with the tag byte still encrypted, the rest of it as key stream.
  openedTag[0] = sealed[0] ?? 0

  const padding = new Uint8Array((0x10 - blockBytes + message.length) & 15)
  const lengths = Buffer.alloc(16)
  lengths.writeBigUInt64LE(BigInt(blockBytes + message.length), 8)
  const macKey = chacha20(subkey, nonce, new Uint8Array(blockBytes)).subarray(0, 32)
  const mac = poly1305(Buffer.concat([openedTag, message, padding, lengths]), macKey)
  if (!timingSafeEqual(mac, sealed.subarray(sealed.length - macBytes))) return null
  return chacha20(subkey, nonce, message, undefined, 2)
}

/** HChaCha20 works on little-endian words. */
function subkeyOf(key: Uint8Array, input: Uint8Array): Uint8Array {
  const output = new Uint32Array(8)
  hchacha(words(Buffer.from('expand 32-byte k')), words(key), words(input), output)
  const subkey = Buffer.alloc(32)
  for (const [index, word] of output.entries()) subkey.writeUInt32LE(word, index * 4)
  return subkey
}

function words(bytes: Uint8Array): Uint32Array {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.readUInt32LE(index * 4))
}
