import { crc32, deflateSync } from 'node:zlib'
import type { Rgba } from './look.ts'

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const oneBit = 1
const indexedColour = 3

/**
 * A square PNG with one bit a pixel and a palette of two colours, each with its own alpha.
 *
 * @param isSecond - whether a pixel takes the second colour of the palette
 * @see PNG specification (third edition) section 11
 */
export function encodePalettePng(
  sizePixels: number,
  isSecond: (x: number, y: number) => boolean,
  palette: readonly [Rgba, Rgba],
): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(sizePixels, 0)
  header.writeUInt32BE(sizePixels, 4)
  header[8] = oneBit
  header[9] = indexedColour
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(([red, green, blue]) => [red, green, blue]))),
    chunk('tRNS', Buffer.from(palette.map(([, , , alpha]) => alpha))),
    chunk('IDAT', deflateSync(packRows(sizePixels, isSecond))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Rows of eight pixels a byte, each row led by filter type 0. */
function packRows(sizePixels: number, isSecond: (x: number, y: number) => boolean): Buffer {
  const rowBytes = 1 + Math.ceil(sizePixels / 8)
  const rows = Buffer.alloc(rowBytes * sizePixels)
  for (let y = 0; y < sizePixels; y++) {
    for (let x = 0; x < sizePixels; x++) {
      if (!isSecond(x, y)) continue
      const at = y * rowBytes + 1 + (x >> 3)
      rows[at] = (rows[at] ?? 0) | (0x80 >> (x & 7))
    }
  }
  return rows
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const framed = Buffer.alloc(named.length + 8)
  framed.writeUInt32BE(body.length, 0)
  framed.set(named, 4)
  framed.writeUInt32BE(crc32(named), named.length + 4)
  return framed
}
