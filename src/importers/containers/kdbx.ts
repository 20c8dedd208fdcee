import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Failure } from '../../errors/failure.ts'
import { damaged, type ImportContext, wrongPassword } from '../format.ts'
import { deriveArgon2 } from '../kdf.ts'
import { importLimits } from '../limits.ts'
import { isMac, openCbc } from '../unseal.ts'
import { parseXml, type XmlElement } from './xml.ts'
import { unpacksTooLarge } from './zip.ts'

type Kdbxweb = typeof import('kdbxweb')
type Header = InstanceType<Kdbxweb['KdbxHeader']>

/** An opened KeePass database. */
export interface OpenedKdbx {
  readonly root: XmlElement
  /** The text of an element, also of one that is encrypted once more by itself. */
  textOf(element: XmlElement | undefined): string
}

const unpack = promisify(gunzip)

/**
 * Opens a KeePass database of version 4 with its password.
 *
 * kdbxweb gives its parts: its own reader unpacks whatever a database claims to hold, gigabytes from a few megabytes.
 *
 * @throws {@link Failure} `import_password_wrong`, `import_file_damaged`, `import_unpacks_too_large`,
 *   `import_key_too_costly`
 * @see KeePass, "KDBX 4" (keepass.info/help/kb/kdbx_4.html)
 */
export async function openKdbx(app: string, bytes: Uint8Array, context: ImportContext): Promise<OpenedKdbx> {
  const { default: kdbx } = await import('kdbxweb')
  kdbx.CryptoEngine.setArgon2Impl(async (key, salt, memoryKib, passes, _length, lanes, type) => {
    const variant = type === kdbx.CryptoEngine.Argon2TypeArgon2d ? 'argon2d' : 'argon2id'
    const parameters = { memoryKib, passes, lanes, variant, message: Buffer.from(key) } as const
    return arrayBufferOf(await deriveArgon2(app, context, Buffer.from(salt), parameters))
  })
  try {
    return await openWith(kdbx, app, bytes, context)
  } catch (thrown) {
    throw thrown instanceof Failure ? thrown : damaged(app, 'the database does not open', thrown)
  }
}

async function openWith(kdbx: Kdbxweb, app: string, bytes: Uint8Array, context: ImportContext): Promise<OpenedKdbx> {
  const stream = new kdbx.BinaryStream(arrayBufferOf(bytes))
  const inner = new kdbx.KdbxContext({ kdbx: new kdbx.Kdbx() })
  const header = kdbx.KdbxHeader.read(stream, inner)
  const head = bytes.subarray(0, stream.pos)
  const [hash, mac] = [stream.readBytes(32), stream.readBytes(32)].map((part) => Buffer.from(part))
  if (hash === undefined || mac === undefined || !sha('sha256', head).equals(hash))
    throw damaged(app, 'its header differs')
  const { cipherKey, macKey } = await keysOf(kdbx, header, context.password)
  const headKey = sha('sha512', Buffer.alloc(8, 0xff), macKey)
  if (!isMac('sha256', headKey, head, mac)) throw wrongPassword(app)
  const sealed = await kdbx.HmacBlockTransform.decrypt(stream.readBytesToEnd(), arrayBufferOf(macKey))
  const packed = await decrypt(kdbx, header, cipherKey, sealed)
  const isPacked = header.compression === kdbx.Consts.CompressionAlgorithm.GZip
  const content = new kdbx.BinaryStream(arrayBufferOf(isPacked ? await unpackBounded(packed) : packed))
  header.readInnerHeader(content, inner)
  const root = parseXml(new TextDecoder().decode(content.readBytesToEnd()), importLimits.maxKdbxTags)
  if (root === null) throw damaged(app, 'what is in it is no XML')
  const texts = await protectedTexts(kdbx, header, root)
  return { root, textOf: (element) => (element === undefined ? '' : (texts.get(element) ?? element.text)) }
}

async function keysOf(kdbx: Kdbxweb, { masterSeed, kdfParameters }: Header, password: string) {
  if (masterSeed?.byteLength !== 32 || kdfParameters === undefined) throw new Error('no seed or no key derivation')
  const credentials = await new kdbx.Credentials(kdbx.ProtectedValue.fromString(password)).ready
  const stretched = await kdbx.KeyEncryptorKdf.encrypt(await credentials.getHash(), kdfParameters)
  const seeded = Buffer.concat([Buffer.from(masterSeed), Buffer.from(stretched)])
  return { cipherKey: sha('sha256', seeded), macKey: sha('sha512', seeded, Buffer.of(1)) }
}

async function decrypt(
  kdbx: Kdbxweb,
  { dataCipherUuid, encryptionIV }: Header,
  key: Buffer,
  sealed: ArrayBuffer,
): Promise<Uint8Array> {
  const { CipherId } = kdbx.Consts
  const cipher = dataCipherUuid?.toString()
  if (encryptionIV === undefined) throw new Error('no nonce')
  if (cipher === CipherId.ChaCha20) {
    return new Uint8Array(await kdbx.CryptoEngine.chacha20(sealed, arrayBufferOf(key), encryptionIV))
  }
  const opened = cipher === CipherId.Aes ? openCbc(key, Buffer.from(encryptionIV), Buffer.from(sealed)) : null
  if (opened === null) throw new Error('another cipher, or a padding that differs')
  return opened
}

/** Stops as soon as more comes out than any database of accounts holds. */
async function unpackBounded(packed: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpack(packed, { maxOutputLength: importLimits.maxUnpackedBytes })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') throw unpacksTooLarge()
    throw cause
  }
}

/** One stream of key bytes runs through all protected values, in the order in which they stand. */
async function protectedTexts(kdbx: Kdbxweb, header: Header, root: XmlElement): Promise<Map<XmlElement, string>> {
  const { protectedStreamKey, crsAlgorithm } = header
  if (protectedStreamKey === undefined || crsAlgorithm === undefined) throw new Error('no key of the protected values')
  const stream = await kdbx.ProtectSaltGenerator.create(protectedStreamKey, crsAlgorithm)
  const texts = new Map<XmlElement, string>()
  const visit = (element: XmlElement): void => {
    if (element.attributes['Protected']?.toLowerCase() === 'true') {
      const value = Buffer.from(element.text, 'base64')
      const mask = value.length === 0 ? value : new Uint8Array(stream.getSalt(value.length))
      texts.set(element, value.map((byte, at) => byte ^ (mask[at] ?? 0)).toString())
    }
    for (const child of element.children) visit(child)
  }
  visit(root)
  return texts
}

function sha(hash: 'sha256' | 'sha512', ...parts: readonly Uint8Array[]): Buffer {
  const state = createHash(hash)
  for (const part of parts) state.update(part)
  return state.digest()
}

function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}
