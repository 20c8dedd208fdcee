import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { hashPassphrase, isPassphrase } from '../../src/crypto/passphrase.ts'

describe('passphrases', () => {
  it('are recognised, and only the right one', async () => {
    const hash = await hashPassphrase('correct horse battery staple')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await isPassphrase('correct horse battery staple', hash)).toBe(true)
    expect(await isPassphrase('correct horse battery stapler', hash)).toBe(false)
  })

  it('are the same composed and decomposed', async () => {
    const hash = await hashPassphrase('Zürich'.normalize('NFD'))
    expect(await isPassphrase('Zürich'.normalize('NFC'), hash)).toBe(true)
  })

  it('of nobody are never right', async () => {
    expect(await isPassphrase('', null)).toBe(false)
    expect(await isPassphrase('anything', 'not a hash')).toBe(false)
  })

  // Of two cores one is left to the checks of codes.
  const mostAtATime = availableParallelism() > 2 ? 2 : 1

  it('wait in a bounded queue', async () => {
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => isPassphrase('x', null)))
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(80 - mostAtATime - 64)
    expect(refused[0]).toMatchObject({ reason: { code: 'passphrases_busy' } })
    expect(await isPassphrase('x', null)).toBe(false)
  })
})
