import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../../errors/failure.ts'

/** What stands in the clear at the head of a backup; every block is bound to it. */
export interface BackupHead {
  readonly watchword: 'backup'
  readonly version: 1
  readonly createdAtMs: number
  readonly engine: string
  /** The root key that opens it; the key itself is never in it. */
  readonly rootKeyId: string
  /** The schema its rows are of; absent means the first. */
  readonly schemaVersion?: number
  readonly prefix: string
}

const blockBytes = 256 * 1024
const tagBytes = 16
const prefixBytes = 7

/**
 * Writes an encrypted file block by block: AES-256-GCM with a counting nonce whose last byte marks the end, so
 * that blocks can be neither moved, dropped nor cut off (the STREAM construction). Until its end it bears another name:
 * what is there under its own is whole.
 */
export class BackupWriter {
  readonly #path: string
  readonly #draft: string
  readonly #file: number
  #isOpen = true
  readonly #key: Uint8Array
  readonly #head: Buffer
  readonly #prefix: Buffer
  #pending: Buffer[] = []
  #pendingBytes = 0
  #block = 0

  constructor(path: string, key: Uint8Array, head: Omit<BackupHead, 'watchword' | 'version' | 'prefix'>) {
    this.#key = key
    this.#prefix = randomBytes(prefixBytes)
    this.#head = Buffer.from(
      `${JSON.stringify({ watchword: 'backup', version: 1, ...head, prefix: this.#prefix.toString('base64') })}\n`,
    )
    this.#path = path
    this.#draft = `${path}.${randomBytes(4).toString('hex')}.part`
    this.#file = this.#named(() => openSync(this.#draft, 'wx', 0o600))
    try {
      this.#append(this.#head)
    } catch (error) {
      this.giveUp()
      throw error
    }
  }

  write(bytes: Buffer): void {
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    while (this.#pendingBytes > blockBytes) this.#seal(this.#take(blockBytes), false)
  }

  /**
   * Writes the last block, waits until the file is on the disk, and gives it its name.
   *
   * @throws {@link Failure} `backup_exists` where another took that name meanwhile: what it wrote stays
   */
  end(): void {
    this.#seal(this.#take(this.#pendingBytes), true)
    fsyncSync(this.#file)
    this.#close()
    this.#takeName()
    syncFolder(dirname(this.#path))
  }

  /** Leaves nothing behind. */
  giveUp(): void {
    this.#close()
    rmSync(this.#draft, { force: true })
  }

  // A link fails where a name is taken already; a rename would put another's whole backup away.
  #takeName(): void {
    try {
      linkSync(this.#draft, this.#path)
      rmSync(this.#draft)
    } catch (cause) {
      if (isTaken(cause)) throw this.#exists(cause)
      this.#takeNameWithoutLinks()
    }
  }

  // Sticks and shares of other systems know no second name of a file: there the name is taken first, by an empty one.
  #takeNameWithoutLinks(): void {
    try {
      closeSync(openSync(this.#path, 'wx', 0o600))
    } catch (cause) {
      throw isTaken(cause) ? this.#exists(cause) : cause
    }
    try {
      renameSync(this.#draft, this.#path)
    } catch (cause) {
      rmSync(this.#path)
      throw cause
    }
  }

  #exists(cause: unknown): Failure {
    return new Failure('backup_exists', { detail: { file: this.#path }, cause })
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#file)
    this.#isOpen = false
  }

  // The system may write less than it was given, and says so in its answer alone: a disk that is nearly full does.
  #append(bytes: Buffer): void {
    this.#named(() => {
      for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written)
    })
  }

  /** What the system refuses is told of the file that was asked for. */
  #named<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw error instanceof Error ? Object.assign(error, { path: this.#path }) : error
    }
  }

  #take(count: number): Buffer {
    const all = Buffer.concat(this.#pending)
    this.#pending = [all.subarray(count)]
    this.#pendingBytes = all.length - count
    return all.subarray(0, count)
  }

  #seal(plaintext: Buffer, isLast: boolean): void {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce(this.#prefix, this.#block, isLast))
    cipher.setAAD(this.#head)
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(sealed.length)
    this.#append(Buffer.concat([length, sealed]))
    this.#block += 1
  }
}

function isTaken(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST'
}

// The name is on the disk as well, where folders can be opened for that.
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Reads the clear head of a backup. @throws {@link Failure} `backup_unreadable` */
export function readBackupHead(path: string): BackupHead {
  const file = openSync(path, 'r')
  try {
    return headIn(file).head
  } finally {
    closeSync(file)
  }
}

/**
 * The plaintext of a backup, block by block; every block is proven before it is handed out, and the end too.
 *
 * @throws {@link Failure} `backup_unreadable` when a bit differs, a block is missing or the file was cut
 */
export function* readBackup(path: string, key: Uint8Array): Generator<Buffer> {
  const file = openSync(path, 'r')
  try {
    const { head, text } = headIn(file)
    const prefix = Buffer.from(head.prefix, 'base64')
    let position = text.length
    for (let block = 0; ; block += 1) {
      const length = readAt(file, position, 4).readUInt32BE()
      if (length < tagBytes || length > blockBytes + tagBytes) throw new Failure('backup_unreadable')
      const sealed = readAt(file, position + 4, length)
      position += 4 + length
      const isLast = readSync(file, Buffer.alloc(1), 0, 1, position) === 0
      yield open(key, nonce(prefix, block, isLast), text, sealed)
      if (isLast) return
    }
  } finally {
    closeSync(file)
  }
}

function open(key: Uint8Array, iv: Buffer, head: Buffer, sealed: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
    decipher.setAAD(head)
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()])
  } catch (cause) {
    throw new Failure('backup_unreadable', { cause })
  }
}

function headIn(file: number): { head: BackupHead; text: Buffer } {
  const start = Buffer.alloc(1024)
  const count = readSync(file, start, 0, start.length, 0)
  const end = start.subarray(0, count).indexOf(0x0a)
  if (end < 0) throw new Failure('backup_unreadable')
  const text = start.subarray(0, end + 1)
  const head = parsed(text.toString())
  if (!isHead(head)) throw new Failure('backup_unreadable')
  return { head, text }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Failure('backup_unreadable', { cause })
  }
}

/** Ids of root keys are part of file names, and whoever writes a file may write anything there. */
const rootKeyIdShape = /^[0-9a-f]{1,64}$/

// Any file may be given here by mistake, and nothing vouches for its head before the first block is opened.
function isHead(head: unknown): head is BackupHead {
  if (typeof head !== 'object' || head === null) return false
  const { watchword, version, createdAtMs, engine, rootKeyId, schemaVersion = 1, prefix }: Partial<BackupHead> = head
  const isOurs = watchword === 'backup' && version === 1 && typeof engine === 'string'
  const hasKey = typeof rootKeyId === 'string' && rootKeyIdShape.test(rootKeyId) && typeof prefix === 'string'
  return isOurs && hasKey && Number.isSafeInteger(createdAtMs) && Number.isSafeInteger(schemaVersion)
}

function readAt(file: number, position: number, count: number): Buffer {
  const bytes = Buffer.alloc(count)
  if (readSync(file, bytes, 0, count, position) !== count) throw new Failure('backup_unreadable')
  return bytes
}

function nonce(prefix: Buffer, block: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12)
  prefix.copy(bytes)
  bytes.writeUInt32BE(block, prefixBytes)
  bytes[11] = isLast ? 1 : 0
  return bytes
}
