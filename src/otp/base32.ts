import { Failure } from '../errors/failure.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What people meant by the digits that Base32 leaves out. Asked, never assumed: a guess would show wrong codes. */
const lookAlikes: Readonly<Record<string, string>> = { '0': 'the letter O', '1': 'the letter I', '8': 'the letter B' }

/**
 * The bytes behind Base32 as people paste it: any letter case, blanks, dashes, missing or wrong padding.
 *
 * Bits left over at the end are dropped, as authenticators do.
 *
 * @throws {@link Failure} `otp_secret_not_base32` naming the first character that does not belong,
 *   `otp_secret_empty` when not one whole byte is left
 * @see RFC 4648 section 6
 */
export function decodeBase32(text: string): Uint8Array<ArrayBuffer> {
  // Only ASCII is folded: toUpperCase would turn a dotless i into I and a sharp s into SS.
  const letters = text.replace(/[\s=-]/g, '').replace(/[a-z]+/g, (run) => run.toUpperCase())
  const bytes = new Uint8Array(Math.floor((letters.length * 5) / 8))
  let pending = 0
  let pendingBits = 0
  let written = 0
  for (const letter of letters) {
    pending = ((pending << 5) | valueOf(letter)) & 0xfff
    pendingBits += 5
    if (pendingBits < 8) continue
    pendingBits -= 8
    bytes[written++] = pending >> pendingBits
  }
  if (written === 0) throw new Failure('otp_secret_empty')
  return bytes
}

/**
 * Bytes as Base32 in the strict form: upper case, no padding, rest bits zero.
 *
 * @see RFC 4648 section 6
 */
export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let pending = 0
  let pendingBits = 0
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff
    pendingBits += 8
    while (pendingBits >= 5) {
      pendingBits -= 5
      text += alphabet.charAt((pending >> pendingBits) & 31)
    }
  }
  if (pendingBits > 0) text += alphabet.charAt((pending << (5 - pendingBits)) & 31)
  return text
}

function valueOf(letter: string): number {
  const value = alphabet.indexOf(letter)
  if (value >= 0) return value
  const lookAlike = lookAlikes[letter]
  throw new Failure('otp_secret_not_base32', {
    detail: { character: nameOf(letter), hint: lookAlike === undefined ? '' : ` Is it ${lookAlike}?` },
  })
}

/** A printable character in quotes, any other by its code point, so that a message stays one line. */
function nameOf(character: string): string {
  if (/^[!-~]$/.test(character)) return `"${character}"`
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
