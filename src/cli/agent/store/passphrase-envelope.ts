import { argon2, createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Failure } from '../../../errors/failure.ts'
import type { Envelope, PassphraseSource, Purpose } from './envelope.ts'
import type { KeyKeeper } from './key-keeper.ts'

/** How a key is stretched from a passphrase; all of it stands in the file. */
interface Stretching {
  readonly name: 'argon2id'
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
  readonly saltHex: string
}

/** A sealed file, one line of JSON. Everything before the nonce is authenticated with the content. */
interface SealedDocument {
  readonly format: 'watchword-store'
  readonly version: 1
  readonly purpose: Purpose
  readonly kdf: Stretching
  /** Tells a wrong passphrase from a damaged file. */
  readonly keyCheckHex: string
  readonly nonceHex: string
  readonly sealedBase64: string
}

// RFC 9106 section 4, second recommended choice: 64 MiB, 3 passes, 4 lanes.
const fresh = { name: 'argon2id', memoryKiB: 65_536, passes: 3, lanes: 4 } as const
const limits = { memoryKiB: 1_048_576, passes: 32, lanes: 64 } as const
const tagBytes = 16

/** Files sealed under a passphrase: Argon2id and AES-256-GCM. */
export function passphraseEnvelope(passphrases: PassphraseSource, keeper: KeyKeeper): Envelope {
  return {
    kind: 'passphrase',
    async open(sealed, path, purpose) {
      const document = readDocument(sealed, path)
      if (document.purpose !== purpose) throw foreign(path, `it holds ${document.purpose}`)
      return openWith(await keyFor(document, path, passphrases, keeper), document, path)
    },
    async seal(plaintext, purpose, previous) {
      if (previous === undefined) return sealNew(plaintext, purpose, passphrases, keeper)
      const document = readDocument(previous, 'the store')
      const key = await keyFor(document, 'the store', passphrases, keeper)
      return sealWith(key, plaintext, purpose, document.kdf)
    },
  }
}

async function sealNew(plaintext: Buffer, purpose: Purpose, passphrases: PassphraseSource, keeper: KeyKeeper) {
  const passphrase = (await passphrases.given()) ?? (await passphrases.askNew())
  if (passphrase === null) throw new Failure('agent_passphrase_needed')
  if (passphrase === '') throw new Failure('agent_passphrase_empty')
  const kdf: Stretching = { ...fresh, saltHex: randomBytes(16).toString('hex') }
  const key = await stretch(passphrase, kdf)
  await keeper.offer(kdf.saltHex, key)
  return sealWith(key, plaintext, purpose, kdf)
}

async function keyFor(document: SealedDocument, path: string, passphrases: PassphraseSource, keeper: KeyKeeper) {
  const kept = await keeper.recall(document.kdf.saltHex)
  if (kept !== null && isKeyOf(kept, document)) return kept
  const passphrase = (await passphrases.given()) ?? (await passphrases.ask())
  if (passphrase === null) throw new Failure('agent_passphrase_needed')
  const key = await stretch(passphrase, document.kdf)
  if (!isKeyOf(key, document)) throw new Failure('agent_passphrase_wrong', { detail: { path } })
  await keeper.offer(document.kdf.saltHex, key)
  return key
}

function sealWith(key: Buffer, plaintext: Buffer, purpose: Purpose, kdf: Stretching): Buffer {
  const nonce = randomBytes(12)
  const head = { format: 'watchword-store', version: 1, purpose, kdf, keyCheckHex: checkOf(key) } as const
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated(head))
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  const document: SealedDocument = {
    ...head,
    nonceHex: nonce.toString('hex'),
    sealedBase64: sealed.toString('base64'),
  }
  return Buffer.from(`${JSON.stringify(document)}\n`)
}

function openWith(key: Buffer, document: SealedDocument, path: string): Buffer {
  const { nonceHex, sealedBase64, ...head } = document
  const sealed = Buffer.from(sealedBase64, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonceHex, 'hex'), { authTagLength: tagBytes })
    decipher.setAAD(associated(head)).setAuthTag(sealed.subarray(-tagBytes))
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
  } catch (cause) {
    throw damaged(path, cause)
  }
}

function associated(head: Omit<SealedDocument, 'nonceHex' | 'sealedBase64'>): Buffer {
  const { format, version, purpose, kdf, keyCheckHex } = head
  return Buffer.from(
    JSON.stringify([
      format,
      version,
      purpose,
      kdf.name,
      kdf.memoryKiB,
      kdf.passes,
      kdf.lanes,
      kdf.saltHex,
      keyCheckHex,
    ]),
  )
}

async function stretch(passphrase: string, kdf: Stretching): Promise<Buffer> {
  return promisify(argon2)('argon2id', {
    message: passphrase.normalize('NFC'),
    nonce: Buffer.from(kdf.saltHex, 'hex'),
    memory: kdf.memoryKiB,
    passes: kdf.passes,
    parallelism: kdf.lanes,
    tagLength: 32,
  })
}

function checkOf(key: Buffer): string {
  return Buffer.from(hkdfSync('sha256', key, '', 'watchword store key check', 16)).toString('hex')
}

function isKeyOf(key: Buffer, document: SealedDocument): boolean {
  return timingSafeEqual(Buffer.from(checkOf(key)), Buffer.from(document.keyCheckHex))
}

function readDocument(sealed: Buffer, path: string): SealedDocument {
  let parsed: unknown
  try {
    parsed = JSON.parse(sealed.toString())
  } catch (cause) {
    throw damaged(path, cause)
  }
  if (!isSealedDocument(parsed)) throw damaged(path)
  return parsed
}

function isSealedDocument(value: unknown): value is SealedDocument {
  const document = value as SealedDocument
  const kdf = document?.kdf
  const isBounded = (number: number, most: number) => Number.isInteger(number) && number >= 1 && number <= most
  const isHex = (text: unknown, bytes: number) =>
    typeof text === 'string' && new RegExp(`^[0-9a-f]{${bytes * 2}}$`).test(text)
  return (
    document?.format === 'watchword-store' &&
    document.version === 1 &&
    kdf?.name === 'argon2id' &&
    // A file asking for more than these bounds is no file of ours but a way to use up the computer.
    isBounded(kdf.memoryKiB, limits.memoryKiB) &&
    isBounded(kdf.passes, limits.passes) &&
    isBounded(kdf.lanes, limits.lanes) &&
    isHex(kdf.saltHex, 16) &&
    isHex(document.keyCheckHex, 16) &&
    isHex(document.nonceHex, 12) &&
    typeof document.sealedBase64 === 'string'
  )
}

function damaged(path: string, cause?: unknown): Failure {
  return new Failure('agent_store_damaged', {
    detail: { path, reason: 'it was cut or altered', backup: `${path}.bak` },
    cause,
  })
}

function foreign(path: string, reason: string): Failure {
  return new Failure('agent_store_foreign', { detail: { path, reason } })
}
