type Modules = readonly (readonly boolean[])[]

const scale = 8

/** Collects bits, first the lowest of a byte (GIF) or the highest (JPEG). */
class BitWriter {
  readonly #bits: number[] = []

  push(value: number, count: number, isLowFirst: boolean): void {
    for (let at = 0; at < count; at++) this.#bits.push((value >> (isLowFirst ? at : count - 1 - at)) & 1)
  }

  bytes(isLowFirst: boolean, filler: number): number[] {
    while (this.#bits.length % 8 !== 0) this.#bits.push(filler)
    return Array.from({ length: this.#bits.length / 8 }, (_, at) =>
      this.#bits
        .slice(at * 8, at * 8 + 8)
        .reduce((byte, bit, place) => byte | (bit << (isLowFirst ? place : 7 - place)), 0),
    )
  }
}

/** A GIF of two colours, eight pixels a module; its LZW stream clears the table so often that it never grows. */
export function gifOfModules(rows: Modules): Uint8Array {
  const [clear, end] = [4, 5]
  const side = rows.length * scale
  const writer = new BitWriter()
  for (let pixel = 0; pixel < side * side; pixel++) {
    if (pixel % 2 === 0) writer.push(clear, 3, true)
    const isDark = rows[Math.floor(pixel / side / scale)]?.[Math.floor((pixel % side) / scale)] ?? false
    writer.push(isDark ? 1 : 0, 3, true)
  }
  writer.push(end, 3, true)
  const data = writer.bytes(true, 0)
  const blocks: number[] = []
  for (let at = 0; at < data.length; at += 255) {
    const block = data.slice(at, at + 255)
    blocks.push(block.length, ...block)
  }
  const size = [side & 255, side >> 8, side & 255, side >> 8]
  const palette = [255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0]
  const start = [...Buffer.from('GIF89a'), ...size, 0x81, 0, 0, ...palette, 0x2c, 0, 0, 0, 0, ...size, 0, 2]
  return Uint8Array.from([...start, ...blocks, 0, 0x3b])
}

/** A grey baseline JPEG, one block a module: only the DC coefficient is ever set (ITU-T T.81 annex F). */
export function jpegOfModules(rows: Modules): Uint8Array {
  const writer = new BitWriter()
  let previous = 0
  for (const isDark of rows.flat()) {
    const level = isDark ? -1024 : 1016
    writeDifference(writer, level - previous)
    previous = level
  }
  const side = [(rows.length * scale) >> 8, (rows.length * scale) & 255]
  const scan = writer.bytes(false, 1).flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte]))
  const segment = (marker: number, body: readonly number[]): number[] => [
    0xff,
    marker,
    (body.length + 2) >> 8,
    (body.length + 2) & 255,
    ...body,
  ]
  const lengths = (length: number, count: number): number[] =>
    Array.from({ length: 16 }, (_, at) => (at + 1 === length ? count : 0))
  return Uint8Array.from([
    0xff,
    0xd8,
    ...segment(0xdb, [0, ...Array<number>(64).fill(1)]),
    ...segment(0xc0, [8, ...side, ...side, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0x00, ...lengths(4, 13), ...Array(13).keys()]),
    ...segment(0xc4, [0x10, ...lengths(1, 1), 0]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...scan,
    0xff,
    0xd9,
  ])
}

/** Category in four bits, the difference in as many bits as the category, then end of block. */
function writeDifference(writer: BitWriter, difference: number): void {
  const category = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1
  writer.push(category, 4, false)
  writer.push(difference < 0 ? difference + 2 ** category - 1 : difference, category, false)
  writer.push(0, 1, false)
}
