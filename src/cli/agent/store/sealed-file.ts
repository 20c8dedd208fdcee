import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Failure } from '../../../errors/failure.ts'
import type { Envelope, Purpose } from './envelope.ts'
import { withLock } from './lock.ts'
import { digestOf } from './name-index.ts'
import { isMissing, replaceFile } from './replace-file.ts'

/** One version of a sealed file, opened. */
export interface OpenedFile {
  readonly plaintext: Buffer
  /** Identifies the version; null when there is no file yet. */
  readonly digest: string | null
}

/** A file that is sealed as a whole, read with one decryption and replaced atomically. */
export interface SealedFile {
  readonly path: string
  /** The bytes as they lie on the disk, or null when there is no file. */
  readSealed(): Promise<Buffer | null>
  /** Opens bytes of this file. */
  open(sealed: Buffer): Promise<Buffer>
  /**
   * Reads, changes and replaces the file under its lock; an edit that answers null changes nothing.
   *
   * @returns the new bytes, or null when nothing was written
   */
  change(edit: (opened: OpenedFile) => Promise<Buffer | null> | Buffer | null): Promise<Buffer | null>
  /**
   * Seals the same content in another envelope and removes the backup, which the old one still opens.
   *
   * @returns the content and the new bytes, or null when there is no file
   */
  reseal(next: Envelope): Promise<{ plaintext: Buffer; sealed: Buffer } | null>
}

/** A sealed file in an envelope. The folder is made at the first write, for its owner only. */
export function sealedFile(path: string, purpose: Purpose, envelope: () => Promise<Envelope>): SealedFile {
  const readSealed = () => readIfThere(path)
  const open = async (sealed: Buffer) => {
    if (sealed.length > 0) return (await envelope()).open(sealed, path, purpose)
    throw new Failure('agent_store_damaged', { detail: { path, reason: 'it is empty', backup: `${path}.bak` } })
  }
  return {
    path,
    readSealed,
    open,
    async change(edit) {
      await makeFolder(dirname(path))
      return withLock(`${path}.lock`, async () => {
        const before = await readSealed()
        const opened = before === null ? nothing : { plaintext: await open(before), digest: digestOf(before) }
        const plaintext = await edit(opened)
        if (plaintext === null) return null
        const sealed = await (await envelope()).seal(plaintext, purpose, before ?? undefined)
        await refuseIfChanged(path, opened.digest)
        await replaceFile(path, sealed)
        return sealed
      })
    },
    async reseal(next) {
      if ((await readSealed()) === null) return null
      return withLock(`${path}.lock`, async () => {
        const before = await readIfThere(path)
        if (before === null) return null
        const plaintext = await open(before)
        const sealed = await next.seal(plaintext, purpose)
        await refuseIfChanged(path, digestOf(before))
        await replaceFile(path, sealed)
        await rm(`${path}.bak`, { force: true })
        return { plaintext, sealed }
      })
    },
  }
}

const nothing: OpenedFile = { plaintext: Buffer.alloc(0), digest: null }

/** A file's bytes, or null when there is none. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (cause) {
    if (isMissing(cause)) return null
    throw cause
  }
}

/** Our lock binds only our own processes: a git pull or a copied backup may still have replaced the file. */
async function refuseIfChanged(path: string, digest: string | null): Promise<void> {
  const now = await readIfThere(path)
  if ((now === null ? null : digestOf(now)) !== digest) throw new Failure('agent_store_changed', { detail: { path } })
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown'
    throw new Failure('agent_store_unwritable', { detail: { path: folder, reason }, cause })
  }
}
