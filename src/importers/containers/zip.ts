import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader, configure } from '@zip.js/zip.js'
import { Failure } from '../../errors/failure.ts'
import { damaged, wrongPassword } from '../format.ts'
import { importLimits } from '../limits.ts'

/** A file of an archive. */
export interface ZippedFile {
  /** For telling files apart only; never used as a path. */
  readonly name: string
  readonly bytes: Uint8Array
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const encryptedFlag = 1

/** The names in a zip archive, read from its directory without unpacking; empty when it is none. */
export function zipNames(bytes: Uint8Array): string[] {
  return directoryOf(bytes).map(({ name }) => name)
}

/** Whether any file of the archive needs a password. */
export function isZipEncrypted(bytes: Uint8Array): boolean {
  return directoryOf(bytes).some(({ isEncrypted }) => isEncrypted)
}

/**
 * Unpacks the files a test accepts, within bounds whatever the directory claims.
 *
 * @throws {@link Failure} `import_unpacks_too_large`, `import_password_wrong`, `import_file_damaged`
 */
export async function unzip(
  app: string,
  bytes: Uint8Array,
  password: string,
  isWanted: (name: string) => boolean,
): Promise<ZippedFile[]> {
  configure({ useWebWorkers: false })
  const reader = new ZipReader(new Uint8ArrayReader(bytes), password === '' ? {} : { password })
  try {
    const files: ZippedFile[] = []
    let room: number = importLimits.maxUnpackedBytes
    let seen = 0
    for await (const entry of reader.getEntriesGenerator()) {
      seen += 1
      if (seen > importLimits.maxZippedNames) throw unpacksTooLarge()
      if (entry.directory || !isWanted(entry.filename)) continue
      if (entry.uncompressedSize > room || files.length >= importLimits.maxUnpackedFiles) throw unpacksTooLarge()
      const unpacked = await entry.getData(new BoundedWriter(room))
      room -= unpacked.length
      files.push({ name: entry.filename, bytes: unpacked })
    }
    return files
  } catch (thrown) {
    throw asZipFailure(app, thrown, password !== '')
  } finally {
    await reader.close()
  }
}

/** A writer that stops as soon as more comes than was promised. */
class BoundedWriter extends Uint8ArrayWriter {
  #room: number

  constructor(maxBytes: number) {
    super()
    this.#room = maxBytes
  }

  override async writeUint8Array(array: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#room -= array.length
    if (this.#room < 0) throw unpacksTooLarge()
    await super.writeUint8Array(array)
  }
}

function asZipFailure(app: string, thrown: unknown, hasPassword: boolean): Failure {
  if (thrown instanceof Failure) return thrown
  const message = thrown instanceof Error ? thrown.message : ''
  if (/password/i.test(message)) return wrongPassword(app)
  // ZipCrypto checks one byte only: a wrong password may pass it and end in a broken stream or checksum.
  return hasPassword ? wrongPassword(app) : damaged(app, 'the archive does not unpack', thrown)
}

/** More comes out of a small file than anybody put in. */
export function unpacksTooLarge(): Failure {
  const detail = { max: importLimits.maxUnpackedBytes / 1_000_000, files: importLimits.maxUnpackedFiles }
  return new Failure('import_unpacks_too_large', { detail })
}

/** Reads the central directory (APPNOTE.TXT sections 4.3.12 and 4.3.16); stops where it makes no sense. */
function directoryOf(bytes: Uint8Array): { name: string; isEncrypted: boolean }[] {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b || bytes.length < 22) return []
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = view.lastIndexOf(Buffer.from('504b0506', 'hex'))
  if (end < 0 || end + 22 > view.length || view.readUInt32LE(end) !== endSignature) return []
  const entries: { name: string; isEncrypted: boolean }[] = []
  let at = view.readUInt32LE(end + 16)
  while (at + 46 <= end && view.readUInt32LE(at) === entrySignature && entries.length < importLimits.maxUnpackedFiles) {
    const nameBytes = view.readUInt16LE(at + 28)
    const isEncrypted = (view.readUInt16LE(at + 8) & encryptedFlag) !== 0
    entries.push({ name: view.toString('utf8', at + 46, at + 46 + nameBytes), isEncrypted })
    at += 46 + nameBytes + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32)
  }
  return entries
}
