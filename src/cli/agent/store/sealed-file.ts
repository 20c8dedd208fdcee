import { Failure } from '../../../errors/failure.ts'
import type { Envelope, Purpose } from './envelope.ts'
import { readIfThere } from './read-if-there.ts'

/** One version of a sealed file, opened. */
export interface OpenedFile {
  readonly plaintext: Buffer
  /** Whether there is no file yet. */
  readonly isNew: boolean
}

/** A file that is sealed as a whole, read with one decryption and replaced atomically. */
export interface SealedFile {
  readonly path: string
  /** The bytes as they lie on the disk, or null when there is no file. */
  readSealed(): Buffer | null
  /** Opens bytes of this file. */
  open(sealed: Buffer): Promise<Buffer>
  /**
   * Makes the file with a first content.
   *
   * @throws {@link Failure} `agent_store_exists` where another process was first: what it wrote stays
   */
  make(plaintext: Buffer): Promise<Buffer>
  /**
   * Reads, changes and replaces the file under its lock; an edit that answers null changes nothing.
   *
   * @returns the new bytes, or null when nothing was written
   */
  change(edit: (opened: OpenedFile) => Promise<Buffer | null> | Buffer | null): Promise<Buffer | null>
  /**
   * Seals the same content in another envelope and removes the backup, which the old one still opens.
   *
   * @param choose - picks the envelope by the present bytes, under the lock; null where there is no file
   * @param beforeWriting - runs under the lock once everything is sealed, also where there is no file
   * @returns the content and the new bytes, or null when there is no file
   */
  reseal(
    choose: (sealed: Buffer | null) => Promise<Envelope>,
    beforeWriting: (next: Envelope) => Promise<void>,
  ): Promise<{ plaintext: Buffer; sealed: Buffer } | null>
}

/**
 * A sealed file in an envelope. The folder is made at the first write, for its owner only.
 *
 * @param kin - another file whose recipients or passphrase this one takes at its first write
 */
export function sealedFile(
  path: string,
  purpose: Purpose,
  envelope: () => Promise<Envelope>,
  kin?: string,
): SealedFile {
  const open = async (sealed: Buffer) => {
    if (sealed.length > 0) return (await envelope()).open(sealed, path, purpose)
    throw new Failure('agent_store_damaged', { detail: { path, reason: 'it is empty', backup: `${path}.bak` } })
  }
  return {
    path,
    readSealed: () => readIfThere(path),
    open,
    async make(plaintext) {
      const { rewriteFile } = await import('./rewrite-file.ts')
      const sealed = await (await envelope()).seal(plaintext, purpose)
      await rewriteFile(path, async (before) => {
        if (before !== null) throw new Failure('agent_store_exists', { detail: { path } })
        return sealed
      })
      return sealed
    },
    async change(edit) {
      const { rewriteFile } = await import('./rewrite-file.ts')
      return rewriteFile(path, async (before) => {
        const plaintext = await edit({
          plaintext: before === null ? Buffer.alloc(0) : await open(before),
          isNew: before === null,
        })
        const previous = before ?? (kin === undefined ? null : readIfThere(kin)) ?? undefined
        return plaintext === null ? null : (await envelope()).seal(plaintext, purpose, previous)
      })
    },
    async reseal(choose, beforeWriting) {
      const { removeBackup, rewriteFile } = await import('./rewrite-file.ts')
      let plaintext: Buffer = Buffer.alloc(0)
      const sealed = await rewriteFile(path, async (before) => {
        const next = await choose(before)
        if (before !== null) plaintext = await open(before)
        const after = before === null ? null : await next.seal(plaintext, purpose)
        await beforeWriting(next)
        return after
      })
      await removeBackup(path)
      return sealed === null ? null : { plaintext, sealed }
    },
  }
}
