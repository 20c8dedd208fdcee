import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
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
 * that blocks can be neither moved, dropped nor cut off (the STREAM construction).
 */
export class BackupWriter {
  readonly #file: number
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
    this.#file = openSync(path, 'wx', 0o600)
    writeSync(this.#file, this.#head)
  }

  write(bytes: Buffer): void {
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    while (this.#pendingBytes > blockBytes) this.#seal(this.#take(blockBytes), false)
  }

  /** Writes the last block and waits until the file is on the disk. */
  end(): void {
    this.#seal(this.#take(this.#pendingBytes), true)
    fsyncSync(this.#file)
    closeSync(this.#file)
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
    writeSync(this.#file, Buffer.concat([length, sealed]))
    this.#block += 1
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
  if (head.watchword !== 'backup' || head.version !== 1) throw new Failure('backup_unreadable')
  return { head: head as BackupHead, text }
}

function parsed(text: string): Partial<BackupHead> {
  try {
    return JSON.parse(text) as Partial<BackupHead>
  } catch (cause) {
    throw new Failure('backup_unreadable', { cause })
  }
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
