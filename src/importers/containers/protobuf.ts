/** One field of a protobuf message: a number, or bytes. */
export interface ProtobufField {
  readonly number: number
  readonly value: bigint | Uint8Array
}

/**
 * The fields of a protobuf message in their order; null when the bytes are none.
 *
 * @see Protocol Buffers, "Encoding"
 */
export function readProtobuf(bytes: Uint8Array): ProtobufField[] | null {
  const fields: ProtobufField[] = []
  let at = 0
  const readVarint = (): bigint | null => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) return null
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    return null
  }
  while (at < bytes.length) {
    const tag = readVarint()
    if (tag === null || tag >> 3n === 0n || tag > 0xffffn) return null
    const value = readVarint()
    if (value === null) return null
    const number = Number(tag >> 3n)
    if ((tag & 7n) === 0n) {
      fields.push({ number, value })
    } else if ((tag & 7n) === 2n && value <= BigInt(bytes.length - at)) {
      fields.push({ number, value: bytes.subarray(at, at + Number(value)) })
      at += Number(value)
    } else {
      return null
    }
  }
  return fields
}

/** A number field's bytes: tag and varint. Negative numbers take ten bytes, as int32 does. */
export function numberField(number: number, value: bigint): Uint8Array {
  return Uint8Array.from([...varint(BigInt(number) << 3n), ...varint(BigInt.asUintN(64, value))])
}

/** A bytes field: tag, length and content. */
export function bytesField(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from(varint((BigInt(number) << 3n) | 2n)),
    Buffer.from(varint(BigInt(content.length))),
    content,
  ])
}

function varint(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]
}
