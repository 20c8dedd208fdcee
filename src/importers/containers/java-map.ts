const streamMagic = 0xaced
const blockData = 0x77
const stringTag = 0x74
const endOfBlock = 0x78

/**
 * The texts of a Java-serialised `HashMap<String, String>`, read by shape and without running anything.
 *
 * @returns null when the bytes are cut off or hold something else
 * @see Java Object Serialization Specification section 6.4.2
 */
export function readJavaStringMap(bytes: Uint8Array): ReadonlyMap<string, string> | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < 6 || view.readUInt16BE(0) !== streamMagic) return null
  // The class description ends in two float and int fields; the map's own block of 8 bytes follows: buckets, size.
  const block = view.indexOf(Buffer.of(blockData, 8), 4)
  if (block < 0 || block + 10 > view.length) return null
  const texts = readStrings(view, block + 10)
  if (texts === null || texts.length % 2 !== 0) return null
  const map = new Map<string, string>()
  for (let at = 0; at < texts.length; at += 2) map.set(texts[at] ?? '', texts[at + 1] ?? '')
  return map
}

function readStrings(view: Buffer, start: number): string[] | null {
  const texts: string[] = []
  let at = start
  while (view[at] !== endOfBlock) {
    if (view[at] !== stringTag || at + 3 > view.length) return null
    const end = at + 3 + view.readUInt16BE(at + 1)
    if (end > view.length) return null
    texts.push(decodeModifiedUtf8(view.subarray(at + 3, end)))
    at = end
  }
  return texts
}

/** Java writes NUL as two bytes and astral characters as two surrogates of three bytes each. */
function decodeModifiedUtf8(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at++) {
    const first = bytes[at] ?? 0
    if (first < 0x80) text += String.fromCharCode(first)
    else if ((first & 0xe0) === 0xc0) text += String.fromCharCode(((first & 0x1f) << 6) | trailing(bytes[++at]))
    else text += String.fromCharCode(((first & 0x0f) << 12) | (trailing(bytes[++at]) << 6) | trailing(bytes[++at]))
  }
  return text
}

function trailing(byte: number | undefined): number {
  return (byte ?? 0) & 0x3f
}
