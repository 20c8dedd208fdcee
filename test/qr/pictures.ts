import { deflateSync } from 'node:zlib'
import jsqr from 'jsqr'
import { PNG } from 'pngjs'

/** What a second, independent decoder reads from a PNG on a white page; null when it finds no code. */
export function readWithJsqr(png: Uint8Array): string | null {
  const { width, height, data } = PNG.sync.read(Buffer.from(png))
  const onWhite = new Uint8ClampedArray(data.length)
  for (let at = 0; at < data.length; at++) {
    const share = (data[at - (at % 4) + 3] ?? 255) / 255
    onWhite[at] = at % 4 === 3 ? 255 : (data[at] ?? 0) * share + 255 * (1 - share)
  }
  // The package is CommonJS: its function is the module's default or the module itself, by loader.
  const decode = typeof jsqr === 'function' ? jsqr : (jsqr as { default: typeof import('jsqr').default }).default
  return decode(onWhite, width, height)?.data ?? null
}

/** A PNG of one bit a module, eight pixels each, from rows of true for dark. */
export function pngOfModules(rows: readonly (readonly boolean[])[]): Uint8Array {
  const scale = 8
  const width = (rows[0]?.length ?? 0) * scale
  const png = new PNG({ width, height: rows.length * scale })
  png.data.fill(255)
  for (let y = 0; y < png.height; y++) {
    for (let x = 0; x < width; x++) {
      if (rows[Math.floor(y / scale)]?.[Math.floor(x / scale)])
        png.data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  }
  return PNG.sync.write(png)
}

/** Several PNGs side by side in one, with white between. */
export function sideBySide(pngs: readonly Uint8Array[]): Uint8Array {
  const parts = pngs.map((png) => PNG.sync.read(Buffer.from(png)))
  const height = Math.max(...parts.map((part) => part.height))
  const joined = new PNG({ width: parts.reduce((sum, part) => sum + part.width, 0), height })
  joined.data.fill(255)
  let left = 0
  for (const part of parts) {
    PNG.bitblt(part, joined, 0, 0, part.width, part.height, left, 0)
    left += part.width
  }
  return PNG.sync.write(joined)
}

/** A PNG whose header promises one size and whose data may unpack to any other. */
export function forgedPng(widthPixels: number, heightPixels: number, data: Buffer, isInterlaced = false): Buffer {
  const png = Buffer.from(PNG.sync.write(new PNG({ width: 1, height: 1 })))
  const header = png.subarray(0, 33)
  header.writeUInt32BE(widthPixels, 16)
  header.writeUInt32BE(heightPixels, 20)
  header[28] = isInterlaced ? 1 : 0
  const packed = deflateSync(data)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(packed.length)
  return Buffer.concat([header, length, Buffer.from('IDAT'), packed, Buffer.alloc(4)])
}
