import { inflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { Failure } from '../errors/failure.ts'
import type { ImageHeader } from './image-header.ts'

/** A decoded picture: four bytes a pixel. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray<ArrayBuffer>
}

/**
 * The pixels of a PNG, transparent ones laid on a page of the given brightness.
 *
 * @param page - 255 for white, 0 for black
 * @throws {@link Failure} `qr_image_damaged`, also when the file unpacks to more than its header says
 */
export function decodePng(image: Uint8Array, header: ImageHeader): Pixels {
  try {
    refuseBomb(image, header)
    const { width, height, data } = PNG.sync.read(Buffer.from(image.buffer, image.byteOffset, image.byteLength))
    return { width, height, data: new Uint8ClampedArray(data) }
  } catch (cause) {
    throw new Failure('qr_image_damaged', { cause })
  }
}

/** Whether any pixel lets the page shine through. */
export function hasTransparency({ data }: Pixels): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true
  return false
}

/** The same picture on an opaque page of one grey, 255 for white and 0 for black. */
export function layOnPage({ width, height, data }: Pixels, page: number): Pixels {
  const opaque = new Uint8ClampedArray(data.length)
  for (let at = 0; at < data.length; at += 4) {
    const share = (data[at + 3] ?? 255) / 255
    for (let channel = at; channel < at + 3; channel++) {
      opaque[channel] = (data[channel] ?? 0) * share + page * (1 - share)
    }
    opaque[at + 3] = 255
  }
  return { width, height, data: opaque }
}

/**
 * What pngjs leaves open: it takes a second header for the picture's size, and it bounds the unpacked size of plain
 * pictures but not of interlaced ones, whose rows are a little longer in all.
 */
function refuseBomb(image: Uint8Array, { widthPixels, heightPixels }: ImageHeader): void {
  const parts: Buffer[] = []
  for (const { type, body, at } of chunksOf(image)) {
    if (type === 'IHDR' && at !== firstChunkAt) throw new Error('it has two headers')
    if (type === 'IDAT') parts.push(body)
  }
  const isInterlaced = image[28] === 1
  if (!isInterlaced) return
  const widestPixelBytes = 8
  inflateSync(Buffer.concat(parts), { maxOutputLength: (widthPixels + 16) * (heightPixels + 16) * widestPixelBytes })
}

const firstChunkAt = 8

/** The chunks of a PNG, as far as it goes (PNG specification, third edition, section 5.3). */
function* chunksOf(image: Uint8Array): Generator<{ type: string; body: Buffer; at: number }> {
  const view = Buffer.from(image.buffer, image.byteOffset, image.byteLength)
  for (let at = firstChunkAt; at + 12 <= view.length; at += 12 + view.readUInt32BE(at)) {
    const length = view.readUInt32BE(at)
    yield { type: view.toString('latin1', at + 4, at + 8), body: view.subarray(at + 8, at + 8 + length), at }
  }
}
