import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** A signed statement that a chain had this hash at this sequence. */
export interface Checkpoint {
  readonly chain: string
  readonly sequence: number
  readonly atMs: number
  /** Hash of the link in hexadecimal. */
  readonly hash: string
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** 64 bytes over the text of {@link checkpointText}. */
  readonly signature: Uint8Array
}

/** Signs checkpoints and exports; everybody with the public key can check them. */
export interface Signer {
  readonly publicKey: Uint8Array
  sign(text: string): Uint8Array
}

/** The DER that stands before a raw Ed25519 key (RFC 8410 sections 4 and 7). */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** @param seed - 32 bytes (RFC 8032 section 5.1.5) */
export function createSigner(seed: Uint8Array): Signer {
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' })
  const publicDer = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    publicKey: new Uint8Array(publicDer.subarray(publicPrefix.length)),
    sign: (text) => new Uint8Array(sign(null, Buffer.from(text), key)),
  }
}

/** Whether a text was signed by the holder of a public key. */
export function isSigned(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean {
  const key = publicKeyObject(publicKey)
  return key !== null && verify(null, Buffer.from(text), key, signature)
}

/** The last key that was asked for: a check of the audit asks half a million times a year of it for the same one. */
let known: { readonly bytes: Buffer; readonly key: KeyObject } | null = null

function publicKeyObject(publicKey: Uint8Array): KeyObject | null {
  if (publicKey.length !== 32) return null
  if (known?.bytes.equals(publicKey) === true) return known.key
  const key = createPublicKey({ key: Buffer.concat([publicPrefix, publicKey]), format: 'der', type: 'spki' })
  known = { bytes: Buffer.from(publicKey), key }
  return key
}

/** The text a checkpoint signs. */
function checkpointText({ chain, sequence, atMs, hash }: Omit<Checkpoint, 'publicKey' | 'signature'>): string {
  return `watchword-checkpoint-v1\n${chain}\n${sequence}\n${hash}\n${atMs}`
}

/** States and signs where a chain is. */
export function makeCheckpoint(
  signer: Signer,
  at: Pick<Checkpoint, 'chain' | 'sequence' | 'hash' | 'atMs'>,
): Checkpoint {
  return { ...at, publicKey: signer.publicKey, signature: signer.sign(checkpointText(at)) }
}

/** Whether a checkpoint was signed with this public key. */
export function isGenuine(checkpoint: Checkpoint, publicKey: Uint8Array): boolean {
  return (
    Buffer.from(checkpoint.publicKey).equals(publicKey) &&
    isSigned(publicKey, checkpointText(checkpoint), checkpoint.signature)
  )
}
