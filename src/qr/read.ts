import { checkImage, type ImageLimits } from './image-header.ts'
import { lane } from './lane.ts'
import { shippedFile } from './shipped-file.ts'
import type { QrJob } from './thread.ts'

/** How much reading a picture may cost. */
export interface ReadLimits extends ImageLimits {
  readonly timeoutMs?: number
}

/**
 * The texts of all QR codes in a picture, read in a thread of its own; empty when there is none.
 *
 * Pictures from strangers go this way: at most one is read at a time, within limits of time and
 * memory, and what its header already forbids starts no thread at all.
 *
 * @param image - a PNG, JPEG or GIF
 * @throws {@link Failure} `qr_not_an_image`, `qr_file_too_large`, `qr_image_too_large`, `qr_image_damaged`,
 *   `qr_reader_busy`, `qr_reader_too_slow`
 */
export async function readQrCodes(image: Uint8Array, limits: ReadLimits = {}): Promise<string[]> {
  checkImage(image, limits)
  const { timeoutMs = 15_000, ...imageLimits } = limits
  const job: QrJob = { image, limits: imageLimits }
  const texts = await lane.run(
    shippedFile(import.meta.url, () => './thread.ts', 'qr-thread.js'),
    job,
    {
      timeoutMs,
      maxHeapMb: 256,
    },
  )
  return texts as string[]
}
