import { createHash, randomBytes } from 'node:crypto'
import { Failure } from '../errors/failure.ts'

/** The key that seals the data keys. It never enters the database or a backup. */
export interface RootKey {
  /** A digest that names the key without telling it. */
  readonly id: string
  /** 32 bytes. */
  readonly bytes: Uint8Array
}

const rootKeyBytes = 32
/** 32 random bytes have about 30 different ones; fewer than this many are a pattern. */
const fewestDifferentBytes = 16

/** A new root key. */
export function newRootKey(): RootKey {
  return rootKeyFrom(randomBytes(rootKeyBytes))
}

/** The root key as it is written into files. */
export function rootKeyText({ bytes }: RootKey): string {
  return Buffer.from(bytes).toString('base64')
}

/**
 * Reads a root key from text: 32 bytes in Base64 (either alphabet) or hexadecimal.
 *
 * Empty, short, sample and known-default keys are refused: whatever is text, a pattern or a row of numbers
 * was not made by a random generator.
 *
 * @param place - the file, variable or command it came from, for the message
 * @throws {@link Failure} `root_key_unreadable`
 */
export function parseRootKey(text: string, place: string): RootKey {
  const bytes = decode(text.trim())
  const reason = weakness(text.trim(), bytes)
  if (reason !== null || bytes === null) {
    throw new Failure('root_key_unreadable', { detail: { place, reason: reason ?? 'it is not Base64' } })
  }
  return rootKeyFrom(bytes)
}

function rootKeyFrom(bytes: Uint8Array): RootKey {
  const id = createHash('sha256').update('watchword root key id').update(bytes).digest('hex').slice(0, 16)
  return { id, bytes }
}

function decode(text: string): Uint8Array | null {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return Buffer.from(text, 'base64url')
  return null
}

function weakness(text: string, bytes: Uint8Array | null): string | null {
  if (text === '') return 'it is empty'
  if (isKnownDefault(text)) return 'it is a well-known sample'
  if (bytes === null) return 'it is not Base64'
  if (bytes.length !== rootKeyBytes) return `it has ${bytes.length} bytes`
  if (isText(bytes)) return 'it is text and not random'
  return isPattern(bytes) ? 'it is a pattern and not random' : null
}

/** Keys that programs ship or print in their manuals; compared without regard to case. */
const knownDefaults = new Set(
  [
    'DefaultCliEncryptionKey',
    'SomeRandomStringOf32CharsExactly',
    'changeme',
    'secret',
    'password',
    'watchword',
    'passphrasewhichneedstobe32bytes!',
  ].map((text) => text.toLowerCase()),
)

/** Whether a key or passphrase is one that programs ship, or that manuals print. */
function isKnownDefault(text: string): boolean {
  return knownDefaults.has(text.toLowerCase())
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
}

function isPattern(bytes: Uint8Array): boolean {
  const differences = new Set(bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0)))
  return new Set(bytes).size < fewestDifferentBytes || differences.size === 1
}
