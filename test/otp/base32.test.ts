import { describe, expect, it } from 'vitest'
import { decodeBase32, encodeBase32 } from '../../src/otp/base32.ts'
import { fc } from '../support/property.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('Base32', () => {
  it.each([
    ['f', 'MY======'],
    ['fo', 'MZXQ===='],
    ['foo', 'MZXW6==='],
    ['foob', 'MZXW6YQ='],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI======'],
  ])('agrees with RFC 4648 section 10 on %s', (text, encoded) => {
    expect(decodeBase32(encoded)).toEqual(ascii(text))
    expect(encodeBase32(ascii(text))).toBe(encoded.replaceAll('=', ''))
  })

  it('gives any bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        expect(decodeBase32(encodeBase32(bytes))).toEqual(bytes)
      }),
    )
  })

  it.each(['mzxw6ytb', 'MZXW 6YTB', 'mzxw-6ytb', 'MZXW6YTB====', '  MZXW\t6YTB\n', 'MZXW\u00a06YTB'])(
    'reads %j as people paste it',
    (text) => {
      expect(decodeBase32(text)).toEqual(ascii('fooba'))
    },
  )

  it('drops bits that fill no byte, whatever their value', () => {
    expect(decodeBase32('MZ')).toEqual(decodeBase32('MY'))
    expect(decodeBase32('fsfsfsfsefefef')).toHaveLength(8)
  })

  it.each([
    ['MZXW0', '"0" is not one', 'Is it the letter O?'],
    ['MZXW1', '"1" is not one', 'Is it the letter I?'],
    ['MZXW8', '"8" is not one', 'Is it the letter B?'],
    ['MZXW9', '"9" is not one', ''],
    ['MZ\u0131W', 'U+0131 is not one', ''],
    ['MZ\u00dfW', 'U+00DF is not one', ''],
    ['MZ\u0007W', 'U+0007 is not one', ''],
  ])('names the character that %j must not hold', (text, named, hint) => {
    const read = (): unknown => decodeBase32(text)
    expect(read).toThrow(named)
    expect(read).toThrow(hint)
    expect(read).toThrow(expect.objectContaining({ code: 'otp_secret_not_base32' }))
  })

  it.each(['', '   ', '====', 'M'])('calls %j an empty secret', (text) => {
    expect(() => decodeBase32(text)).toThrow(expect.objectContaining({ code: 'otp_secret_empty' }))
  })
})
