import { Failure } from '../errors/failure.ts'

/** The kinds of picture we read. */
export type ImageKind = 'png' | 'jpeg' | 'gif'

/** What the first bytes of a picture say about it. */
export interface ImageHeader {
  readonly kind: ImageKind
  readonly widthPixels: number
  readonly heightPixels: number
}

/** How much a picture may demand. */
export interface ImageLimits {
  readonly maxBytes?: number
  /** Width times height. */
  readonly maxPixels?: number
}

const defaultMaxBytes = 10_000_000
/** A 4K screenshot has 8 million, a phone's photo usually 12. */
const defaultMaxPixels = 24_000_000

/** Beginnings of documents and pictures that look like one we read, with what to call them. */
const documents: readonly (readonly [start: RegExp, what: string])[] = [
  [/^%PDF-/, 'a PDF document'],
  [/^RIFF....WEBP/s, 'a WebP picture'],
  [/^....ftyp(heic|heix|mif1|msf1|avif)/s, 'a HEIC or AVIF picture'],
  [/^BM.{4}\0{4}/s, 'a BMP picture'],
  [/^(II\*\0|MM\0\*)/, 'a TIFF picture'],
]

/** The same of what else people give instead of a picture. */
const strangers: readonly (readonly [start: RegExp, what: string])[] = [
  ...documents,
  [/^(\u00ef\u00bb\u00bf)?\s*<(svg|\?xml|!doctype svg)/i, 'an SVG drawing or XML file'],
  [/^\s*<(!doctype html|html)/i, 'a web page'],
  [/^PK\p{Cc}{2}/u, 'a zip archive'],
  [/^[\s\x20-\x7e]{8}/, 'a text'],
  [/^$/, 'an empty file'],
]

/**
 * Kind and size of a picture from its first bytes, before anything is decoded.
 *
 * @throws {@link Failure} `qr_not_an_image` naming what it is instead, `qr_image_damaged` when the header is cut off
 */
function readImageHeader(image: Uint8Array): ImageHeader {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  try {
    if (startsWith(image, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) {
      return { kind: 'png', widthPixels: view.getUint32(16), heightPixels: view.getUint32(20) }
    }
    if (startsWith(image, [0x47, 0x49, 0x46, 0x38])) {
      return { kind: 'gif', widthPixels: view.getUint16(6, true), heightPixels: view.getUint16(8, true) }
    }
    if (startsWith(image, [0xff, 0xd8, 0xff])) return { kind: 'jpeg', ...jpegSize(view) }
  } catch (cause) {
    throw new Failure('qr_image_damaged', { cause })
  }
  throw new Failure('qr_not_an_image', { detail: { what: nameStranger(image) } })
}

/** @throws {@link Failure} unless the picture is of a kind and size we read */
export function checkImage(image: Uint8Array, limits: ImageLimits): ImageHeader {
  const { maxBytes = defaultMaxBytes, maxPixels = defaultMaxPixels } = limits
  const header = readImageHeader(image)
  if (image.length > maxBytes) {
    throw new Failure('qr_file_too_large', { detail: { max: Math.floor(maxBytes / 1_000_000) } })
  }
  const pixels = header.widthPixels * header.heightPixels
  if (pixels === 0) throw new Failure('qr_image_damaged')
  if (pixels <= maxPixels) return header
  const detail = { megapixels: Math.round(pixels / 1_000_000), max: Math.floor(maxPixels / 1_000_000) }
  throw new Failure('qr_image_too_large', { detail })
}

/** Whether these bytes begin like a picture we read, so that importers can tell it from other files. */
export function isImage(bytes: Uint8Array): boolean {
  return [
    [0x89, 0x50, 0x4e, 0x47],
    [0x47, 0x49, 0x46, 0x38],
    [0xff, 0xd8, 0xff],
  ].some((start) => startsWith(bytes, start))
}

/** Walks the segments of a JPEG to its frame header (ITU-T T.81 annex B). Running off the end throws RangeError. */
function jpegSize(view: DataView): { widthPixels: number; heightPixels: number } {
  let offset = 2
  for (;;) {
    const marker = view.getUint8(offset + 1)
    if (view.getUint8(offset) !== 0xff) throw new RangeError('no marker')
    const isFrameHeader = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrameHeader) return { heightPixels: view.getUint16(offset + 5), widthPixels: view.getUint16(offset + 7) }
    offset += marker === 0xff ? 1 : 2 + view.getUint16(offset + 2)
  }
}

/** What a document or picture is that nobody reads QR codes from, by its content; null for anything else. */
export function nameDocument(bytes: Uint8Array): string | null {
  const start = startOf(bytes)
  return documents.find(([pattern]) => pattern.test(start))?.[1] ?? null
}

function nameStranger(bytes: Uint8Array): string {
  const start = startOf(bytes)
  return strangers.find(([pattern]) => pattern.test(start))?.[1] ?? 'an unknown kind of file'
}

function startOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 64))
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte)
}
