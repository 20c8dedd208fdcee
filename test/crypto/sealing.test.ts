import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openBytes, type Place, sealBytes, sealingKeyId } from '../../src/crypto/sealing.ts'
import { fc } from '../support/property.ts'

const key = randomBytes(32)
const place: Place = { table: 'subject', column: 'sealed_secret', row: 'a1' }

describe('sealing', () => {
  it('opens what it sealed, whatever the bytes and the key id', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string({ maxLength: 40 }), (plaintext, keyId) => {
        const sealed = sealBytes(key, keyId, plaintext, place)
        expect(sealingKeyId(sealed, place)).toBe(Buffer.from(keyId, 'utf8').toString('utf8'))
        expect(new Uint8Array(openBytes(key, sealed, place))).toEqual(plaintext)
      }),
    )
  })

  it('T87 does not open with one bit changed, wherever the bit is', () => {
    const sealed = sealBytes(key, 'k1', Buffer.from('the secret'), place)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Uint8Array.from(sealed)
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => openBytes(key, altered, place), `bit ${bit}`).toThrow('does not open')
    }
  })

  it('T87 does not open in another table, column or row', () => {
    const sealed = sealBytes(key, 'k1', Buffer.from('the secret'), place)
    const elsewhere = [{ table: 'account' }, { column: 'pending_secret' }, { row: 'a2' }, { row: '' }]
    for (const change of elsewhere) {
      expect(() => openBytes(key, sealed, { ...place, ...change })).toThrow('does not open')
    }
  })

  it('keeps places apart whose parts read the same side by side', () => {
    const sealed = sealBytes(key, 'k1', Buffer.from('x'), { table: 'ab', column: 'c', row: '1' })
    expect(() => openBytes(key, sealed, { table: 'a', column: 'bc', row: '1' })).toThrow('does not open')
  })

  it('does not open with another key, cut short, or empty', () => {
    const sealed = sealBytes(key, 'k1', Buffer.from('the secret'), place)
    expect(() => openBytes(randomBytes(32), sealed, place)).toThrow('does not open')
    for (const length of [0, 1, 3, 10, sealed.length - 1]) {
      expect(() => openBytes(key, sealed.subarray(0, length), place)).toThrow('does not open')
    }
  })

  it('names the key of no value of another version, algorithm or maker', () => {
    const sealed = sealBytes(key, 'k1', Buffer.from('x'), place)
    const [version, algorithm] = [Uint8Array.from(sealed), Uint8Array.from(sealed)]
    version[0] = 2
    algorithm[1] = 2
    for (const other of [version, algorithm, Buffer.from('no seal'), new Uint8Array()]) {
      expect(() => sealingKeyId(other, place)).toThrow('does not open')
    }
  })

  it('never seals twice to the same bytes', () => {
    const once = sealBytes(key, 'k1', Buffer.from('x'), place)
    expect(sealBytes(key, 'k1', Buffer.from('x'), place)).not.toEqual(once)
  })
})
