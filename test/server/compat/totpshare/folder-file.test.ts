import { describe, expect, it } from 'vitest'
import { decodeBase32, encodeBase32 } from '../../../../src/otp/base32.ts'
import { isMistake, knownDefaultKey, openFolderFile } from '../../../../src/server/compat/totpshare/folder-file.ts'
import { sealForTotpshare } from '../../../support/totpshare-file.ts'
import { fc } from '../../../support/property.ts'

const nameOf = (id: string, label: string) => `${Buffer.from(id).toString('hex')}.${Buffer.from(label).toString('hex')}`

describe('openFolderFile', () => {
  it('opens the published vector', () => {
    const fileName = '313233343536373839303132.50726f642072c3a46b736dc3b67267c3a573'
    const content = Buffer.from('thnhYZFNfFKJl7KujlU2LSXrD6VJP+rV0JY0ARTlXT1sGqDLf1g1Z5TidZajjmCq')
    expect(openFolderFile(fileName, content, 'test key 1')).toEqual({
      publicKey: fileName,
      identifier: '123456789012',
      label: 'Prod räksmörgås',
      secret: decodeBase32('JBSWY3DPEHPK3PXP'),
    })
    expect(isMistake(openFolderFile(fileName, content, 'test key 2'))).toBe(true)
  })

  it('opens whatever the old program sealed, ids in UTF-8 and secrets with blanks too', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(text, text, fc.uint8Array({ minLength: 1, maxLength: 64 }), text, (id, label, secret, key) => {
        const spaced = encodeBase32(secret)
          .toLowerCase()
          .replace(/(.{4})/g, '$1 ')
        const opened = openFolderFile(nameOf(id, label), sealForTotpshare(spaced, key), key)
        expect(opened).toMatchObject({ identifier: id.toWellFormed(), label: label.toWellFormed() })
        expect(isMistake(opened) ? null : Buffer.from(opened.secret)).toEqual(Buffer.from(secret))
      }),
    )
  })

  it('names what is wrong with a file and never what is in it', () => {
    const good = sealForTotpshare('JBSWY3DPEHPK3PXP', knownDefaultKey)
    const files: [string, Uint8Array][] = [
      ['readme.txt', good],
      ['abc.def', good],
      ['ff.61', good],
      [nameOf('ct\n\u0007x', 'b'), good],
      [nameOf('a', 'b\u001b[31m'), good],
      [nameOf('a', 'b'), Buffer.from('')],
      [nameOf('a', 'b'), good.subarray(0, 20)],
      [nameOf('a', 'b'), sealForTotpshare('no secret at all!', knownDefaultKey)],
    ]
    for (const [fileName, content] of files) {
      const opened = openFolderFile(fileName, content, knownDefaultKey)
      expect(opened).toMatchObject({ fileName, reason: expect.stringMatching(/^it/) })
      expect(JSON.stringify(opened)).not.toContain('no secret at all')
    }
  })

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ maxLength: 200 }), (fileName, content) => {
        expect(isMistake(openFolderFile(fileName, content, 'key'))).toBe(true)
      }),
    )
  })
})
