import { execFileSync } from 'node:child_process'
import * as otpauth from 'otpauth'
import { describe, expect, it } from 'vitest'
import { type Algorithm, completeAccount } from '../../src/otp/account.ts'
import { codeOf } from '../../src/otp/code.ts'
import { prepareSecret } from '../../src/otp/hmac.ts'
import { hotp, hotpPrepared } from '../../src/otp/hotp.ts'
import { steamCode } from '../../src/otp/steam.ts'
import { stepAt, totp } from '../../src/otp/totp.ts'
import { describeWith } from '../support/programs.ts'
import { fc } from '../support/property.ts'

const seed = (bytes: number): Uint8Array => new TextEncoder().encode('1234567890'.repeat(7).slice(0, bytes))
const seeds = { SHA1: seed(20), SHA256: seed(32), SHA512: seed(64) }
const algorithms = fc.constantFrom<Algorithm>('SHA1', 'SHA256', 'SHA512')
const secrets = fc.uint8Array({ minLength: 1, maxLength: 200 })

describe('hotp', () => {
  it.each(
    '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ').map((code, at) => [at, code]),
  )('agrees with RFC 4226 appendix D at counter %d', (counter, code) => {
    expect(hotp(seeds.SHA1, Number(counter))).toBe(code)
  })

  it('takes an 8-byte counter as number and as bigint', () => {
    const counters = [0, 1, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER]
    const codes = counters.map((counter) => hotp(seeds.SHA1, BigInt(counter)))
    expect(codes).toEqual(counters.map((counter) => hotp(seeds.SHA1, counter)))
    expect(new Set(codes).size).toBe(counters.length)
    expect(hotp(seeds.SHA1, 2n ** 64n - 1n)).toMatch(/^\d{6}$/)
  })

  it.each<[Algorithm, number]>([
    ['SHA1', 64],
    ['SHA256', 64],
    ['SHA512', 128],
  ])('RFC 2104: %s takes a secret as long as its block of %d bytes as it is, and hashes a longer one', (...block) => {
    const [algorithm, bytes] = block
    for (const length of [bytes - 1, bytes, bytes + 1]) {
      const long = new Uint8Array(length).fill(7)
      const theirs = new otpauth.HOTP({ secret: new otpauth.Secret({ buffer: long.buffer }), algorithm })
      expect(hotp(long, 1, { algorithm }), `${length} bytes`).toBe(theirs.generate({ counter: 1 }))
    }
  })

  it('keeps leading zeros at every length', () => {
    fc.assert(
      fc.property(secrets, algorithms, fc.maxSafeNat(), fc.integer({ min: 4, max: 10 }), (...sample) => {
        const [secret, algorithm, counter, digits] = sample
        expect(hotp(secret, counter, { algorithm, digits })).toMatch(new RegExp(`^\\d{${digits}}$`))
      }),
    )
  })

  it.each([3, 11, 6.5, Number.NaN])('refuses %d digits', (digits) => {
    expect(() => hotp(seeds.SHA1, 0, { digits })).toThrow('Codes have 4 to 10 digits.')
  })

  it.each([-1, 0.5, 2 ** 53, -1n, 2n ** 64n])('refuses the counter %s', (counter) => {
    expect(() => hotp(seeds.SHA1, counter)).toThrow(expect.objectContaining({ code: 'otp_counter_out_of_range' }))
  })

  it('gives the same codes from a secret prepared once', () => {
    const prepared = prepareSecret(seeds.SHA256, 'SHA256')
    for (const counter of [0, 5, 0]) {
      expect(hotpPrepared(prepared, counter, 8)).toBe(hotp(seeds.SHA256, counter, { algorithm: 'SHA256', digits: 8 }))
    }
  })
})

describe('totp', () => {
  it.each([
    [59, '94287082', '46119246', '90693936'],
    [1111111109, '07081804', '68084774', '25091201'],
    [1111111111, '14050471', '67062674', '99943326'],
    [1234567890, '89005924', '91819424', '93441116'],
    [2000000000, '69279037', '90698825', '38618901'],
    [20000000000, '65353130', '77737706', '47863826'],
  ])('agrees with RFC 6238 appendix B at %d s', (atSeconds, sha1, sha256, sha512) => {
    const atMs = atSeconds * 1000
    expect(totp(seeds.SHA1, atMs, { digits: 8 })).toBe(sha1)
    expect(totp(seeds.SHA256, atMs, { digits: 8, algorithm: 'SHA256' })).toBe(sha256)
    expect(totp(seeds.SHA512, atMs, { digits: 8, algorithm: 'SHA512' })).toBe(sha512)
  })

  it('changes exactly at the step', () => {
    expect(stepAt(29_999, 30)).toBe(0)
    expect(stepAt(30_000, 30)).toBe(1)
  })

  it.each([1, 86_400])('has a step of %d s, the shortest and the longest there is', (periodSeconds) => {
    const code = totp(seeds.SHA1, 0, { periodSeconds })
    expect(totp(seeds.SHA1, periodSeconds * 1000 - 1, { periodSeconds })).toBe(code)
    expect(totp(seeds.SHA1, periodSeconds * 1000, { periodSeconds })).toBe(hotp(seeds.SHA1, 1))
  })

  it.each([0, -30, 86_401, 0.5, 1.5, Number.NaN])('refuses a period of %d s', (periodSeconds) => {
    expect(() => totp(seeds.SHA1, 0, { periodSeconds })).toThrow('The period is 1 to 86400 whole seconds.')
  })

  it('agrees with the otpauth package on random input', () => {
    fc.assert(
      fc.property(
        secrets,
        algorithms,
        fc.integer({ min: 4, max: 10 }),
        fc.integer({ min: 1, max: 86_400 }),
        fc.nat({ max: 4_000_000_000_000 }),
        (secret, algorithm, digits, periodSeconds, atMs) => {
          const buffer = new Uint8Array(secret).buffer
          const theirs = new otpauth.TOTP({
            secret: new otpauth.Secret({ buffer }),
            algorithm,
            digits,
            period: periodSeconds,
          })
          expect(totp(secret, atMs, { algorithm, digits, periodSeconds })).toBe(theirs.generate({ timestamp: atMs }))
        },
      ),
    )
  })
})

describeWith(['oathtool'], 'totp beside oathtool', () => {
  it('agrees with it on random input', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 10, maxLength: 100 }),
        algorithms,
        fc.integer({ min: 6, max: 8 }),
        fc.integer({ min: 1, max: 4_000_000_000 }),
        (secret, algorithm, digits, atSeconds) => {
          const options = [`--totp=${algorithm}`, `--digits=${digits}`, `--now=@${atSeconds}`]
          const theirs = execFileSync('oathtool', [...options, Buffer.from(secret).toString('hex')])
          expect(totp(secret, atSeconds * 1000, { algorithm, digits })).toBe(theirs.toString().trim())
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('completeAccount', () => {
  it('refuses an account without a secret, wherever it comes from', () => {
    expect(() => completeAccount({ secret: new Uint8Array() })).toThrow(
      expect.objectContaining({ code: 'otp_secret_empty' }),
    )
  })

  it('T98 begins a counter at 2^52 at most, so that it can be counted on', () => {
    const counted = { secret: seeds.SHA1, type: 'hotp' } as const
    expect(completeAccount({ ...counted, counter: 2 ** 52 }).counter).toBe(2 ** 52)
    expect(() => completeAccount({ ...counted, counter: 2 ** 52 + 1 })).toThrow(
      expect.objectContaining({ code: 'otp_counter_out_of_range' }),
    )
  })
})

describe('steamCode', () => {
  it('writes the truncated number in letters that cannot be confused, lowest first', () => {
    // 1284755224 is the number of counter 0 in RFC 4226 appendix D; its base-26 digits are 16 23 5 3 3 …
    expect(steamCode(seeds.SHA1, 0)).toBe(lettersOf(1284755224))
    expect(steamCode(seeds.SHA1, 30_000)).toBe(lettersOf(1094287082))
  })

  it('is what codeOf shows for a Steam account, beside digits for the others', () => {
    expect(codeOf(completeAccount({ secret: seeds.SHA1, type: 'steam' }), 0)).toBe(lettersOf(1284755224))
    expect(codeOf(completeAccount({ secret: seeds.SHA1 }), 59_000)).toBe('287082')
    expect(codeOf(completeAccount({ secret: seeds.SHA1, type: 'hotp', counter: 2 }), 0)).toBe('359152')
  })
})

function lettersOf(truncated: number): string {
  const letters = [...'23456789BCDFGHJKMNPQRTVWXY']
  return [0, 1, 2, 3, 4].map((place) => letters[Math.floor(truncated / 26 ** place) % 26]).join('')
}
