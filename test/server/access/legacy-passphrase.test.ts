import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isLegacyPassphrase } from '../../../src/server/access/login/legacy-passphrase.ts'

const salt = Buffer.alloc(16, 7)
const hashed = (rounds: number, bytes = 32) =>
  `$pbkdf2-sha256$i=${rounds}$${salt.toString('base64')}$` +
  pbkdf2Sync('right', salt, Math.max(rounds, 1), bytes, 'sha256').toString('base64')

describe('a passphrase imported from simpleotp', () => {
  it('is known again by its hash', async () => {
    expect(await isLegacyPassphrase('right', hashed(10_000))).toBe(true)
    expect(await isLegacyPassphrase('wrong', hashed(10_000))).toBe(false)
  })

  it.each([
    ['no rounds', hashed(0)],
    ['more rounds than anybody waits for', hashed(1).replace('i=1', 'i=99999999')],
    ['a hash of a few bytes', hashed(1, 8)],
    ['a hash that takes hours', hashed(1, 1024)],
    ['no hash', `$pbkdf2-sha256$i=1$${salt.toString('base64')}$`],
  ])('opens nothing, and fails nobody’s login, with %s', async (_what, legacy) => {
    expect(await isLegacyPassphrase('right', legacy)).toBe(false)
  })
})
