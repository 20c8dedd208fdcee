import { describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { browserCode } from '../../web/src/pages/add/browser-code.ts'
import { readSecret, usualShape } from '../../web/src/pages/add/read-secret.ts'

describe('a typed secret', () => {
  it('is read with blanks, dashes and small letters', () => {
    expect(readSecret('jbsw-y3dp ehpk3pxp')).toMatchObject({ kind: 'secret', secretBase32: 'JBSWY3DPEHPK3PXP' })
  })

  it('is refused by the first letter that does not belong, in a sentence', () => {
    expect(readSecret('JBSW1')).toMatchObject({ kind: 'wrong', message: expect.stringContaining('not Base32') })
  })

  it('may be an otpauth link, which names the account too', () => {
    const read = readSecret('otpauth://totp/Amazon:root?secret=JBSWY3DPEHPK3PXP&period=60&digits=8')
    expect(read).toMatchObject({ issuer: 'Amazon', name: 'root', shape: { periodSeconds: 60, digits: 8 } })
  })

  it('may be a transfer of Google Authenticator, which the server takes apart', () => {
    expect(readSecret('otpauth-migration://offline?data=x')).toEqual({ kind: 'migration' })
  })

  it.each(['SHA1', 'SHA256', 'SHA512'] as const)(
    'makes the same code in the browser as on the server with %s',
    async (algorithm) => {
      const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
      const shape = { ...usualShape, algorithm, digits: 8, periodSeconds: 45 }
      const atMs = 1_795_302_000_000
      expect(await browserCode(secret, shape, atMs)).toBe(totp(decodeBase32(secret), atMs, shape))
    },
  )
})
