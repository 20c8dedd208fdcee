import * as otpauth from 'otpauth'
import { describe, expect, it } from 'vitest'
import { type AccountSeed, completeAccount, type OtpAccount } from '../../src/otp/account.ts'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { formatOtpauthUri, parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { fc } from '../support/property.ts'

const long = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const secret = decodeBase32(long)

function account(seed: Partial<AccountSeed> = {}): OtpAccount {
  return completeAccount({ secret, ...seed })
}

describe('parseOtpauthUri', () => {
  it.each<[string, string, Partial<AccountSeed>]>([
    ['label and parameter agreeing', `totp/ACME:ann?secret=${long}&issuer=ACME`, { issuer: 'ACME', name: 'ann' }],
    [
      'an encoded colon and blanks',
      `totp/ACME%3A%20%20ann?secret=${long}&issuer=ACME`,
      { issuer: 'ACME', name: 'ann' },
    ],
    ['another letter case in the label', `totp/acme:ann?secret=${long}&issuer=ACME`, { issuer: 'ACME', name: 'ann' }],
    ['a blank before the colon', `totp/ACME%20:ann?secret=${long}&issuer=ACME`, { issuer: 'ACME', name: 'ann' }],
    ['the issuer in the label alone', `totp/ACME:ann?secret=${long}`, { issuer: 'ACME', name: 'ann' }],
    ['the issuer in the parameter alone', `totp/ann?secret=${long}&issuer=ACME`, { issuer: 'ACME', name: 'ann' }],
    [
      'a tenant in the label, kept as a tag',
      `totp/MyOrganization:ann?secret=${long}&issuer=Microsoft`,
      { issuer: 'Microsoft', name: 'ann', tags: ['MyOrganization'] },
    ],
    [
      'a colon inside the issuer',
      `totp/Code.org%3A%20free%3Aann?secret=${long}&issuer=Code.org%3A%20free`,
      { issuer: 'Code.org: free', name: 'ann' },
    ],
    ['a colon in the label without parameter', `totp/a:b:c?secret=${long}`, { issuer: 'a', name: 'b:c' }],
    ['an empty issuer in the label', `totp/:ann?secret=${long}`, { name: ':ann' }],
    ['an empty issuer parameter', `totp/a:ann?secret=${long}&issuer=`, { name: 'a:ann' }],
    [
      'a name with a leading colon',
      `totp/%3Acool@site?secret=${long}&issuer=%2Fe%2F`,
      { issuer: '/e/', name: ':cool@site' },
    ],
    ['no issuer at all', `totp/ann?secret=${long}`, { name: 'ann' }],
    ['no label', `totp/?secret=${long}`, {}],
    ['no slash', `totp?secret=${long}`, {}],
    ['raw blank, hash and quote', `totp/My Site:a !@#4"4?secret=${long}`, { issuer: 'My Site', name: 'a !@#4"4' }],
    [
      'a raw hash in the issuer',
      `totp/ann?issuer=C# Corp&secret=${long}&digits=8`,
      { issuer: 'C# Corp', name: 'ann', digits: 8 },
    ],
    ['a raw question mark in the label', `totp/who?me?secret=${long}`, { name: 'who?me' }],
    ['a fragment behind the secret', `totp/ann?secret=${long}#top`, { name: 'ann' }],
    ['plus as a blank', `totp/ann?secret=${long}&issuer=Air+Canada`, { issuer: 'Air Canada', name: 'ann' }],
    ['an escaped ampersand', `totp/ann?secret=${long}&issuer=A%26B`, { issuer: 'A&B', name: 'ann' }],
    ['a malformed escape', `totp/100%25%zz?secret=${long}`, { name: '100%%zz' }],
    ['UTF-8', `totp/%C3%84rzte:%F0%9F%94%91?secret=${long}`, { issuer: 'Ärzte', name: '🔑' }],
    ['upper-case scheme, type and parameters', `TOTP/ann?SECRET=${long}&Digits=8`, { name: 'ann', digits: 8 }],
    [
      'a glued parameter',
      `totp/ann?issuer=Fooperiod=60&secret=${long}`,
      { issuer: 'Foo', name: 'ann', periodSeconds: 60 },
    ],
    ['duplicates: the first wins', `totp/ann?secret=${long}&digits=7&digits=8`, { name: 'ann', digits: 7 }],
    ['empty numbers as missing', `totp/ann?secret=${long}&digits=&period=&algorithm=`, { name: 'ann' }],
    ['a counter', `hotp/ann?secret=${long}&counter=10300`, { type: 'hotp', name: 'ann', counter: 10300 }],
    ['HOTP without counter', `hotp/ann?secret=${long}`, { type: 'hotp', name: 'ann' }],
    ['the host steam', `steam/Boeing:ann?secret=${long}&digits=5`, { type: 'steam', issuer: 'Boeing', name: 'ann' }],
    ['the issuer Steam', `totp/ann?secret=${long}&issuer=Steam`, { type: 'steam', issuer: 'Steam', name: 'ann' }],
    ['the label Steam', `totp/Steam:ann?secret=${long}`, { type: 'steam', issuer: 'Steam', name: 'ann' }],
    ['the flag &steam', `totp/ann?secret=${long}&steam`, { type: 'steam', name: 'ann' }],
    ['encoder=steam', `totp/ann?secret=${long}&encoder=steam&digits=5`, { type: 'steam', name: 'ann' }],
    [
      'Steam with six digits, which is no Steam',
      `totp/ann?secret=${long}&issuer=Steam&digits=6`,
      { issuer: 'Steam', name: 'ann' },
    ],
    [
      'Steam beside another encoder, which is no Steam',
      `totp/ann?secret=${long}&issuer=Steam&encoder=other`,
      { issuer: 'Steam', name: 'ann' },
    ],
    [
      'T61 a picture, kept as text and never fetched',
      `totp/ann?secret=${long}&image=http://127.0.0.1/x.svg`,
      { name: 'ann', icon: 'http://127.0.0.1/x.svg' },
    ],
    ['unknown parameters', `totp/ann?secret=${long}&lock=true`, { name: 'ann', otherParameters: { lock: 'true' } }],
  ])('reads %s', (_what, rest, expected) => {
    expect(parseOtpauthUri(`otpauth://${rest}`).account).toEqual(account(expected))
  })

  it('reads the bare Steam form of password managers', () => {
    expect(parseOtpauthUri(`steam://${long}`).account).toEqual(account({ type: 'steam', issuer: 'Steam' }))
  })

  it.each(['sha1', 'SHA-1', 'HMAC-SHA-1', 'HmacSHA1', 'Algorithm.sha1', 'hmac_sha1'])(
    'reads the algorithm %s',
    (text) => {
      expect(parseOtpauthUri(`otpauth://totp/a?secret=${long}&algorithm=${text}`).account.algorithm).toBe('SHA1')
      const sha512 = text.replace(/1$/, '512')
      expect(parseOtpauthUri(`otpauth://totp/a?secret=${long}&algorithm=${sha512}`).account.algorithm).toBe('SHA512')
    },
  )

  it.each(['jbsw y3dp', 'JBSW-Y3DP', 'jbswy3dp%3D%3D%3D', 'JBSWY3DP====', 'jbswy3dp+'])(
    'reads the secret %s',
    (text) => {
      expect(parseOtpauthUri(`otpauth://totp/a?secret=${text}`).account.secret).toEqual(decodeBase32('JBSWY3DP'))
    },
  )

  it.each<[string, string, string]>([
    ['T98 3 digits', `totp/a?secret=${long}&digits=3`, 'otp_digits_out_of_range'],
    ['T98 11 digits', `totp/a?secret=${long}&digits=11`, 'otp_digits_out_of_range'],
    ['digits that are no number', `totp/a?secret=${long}&digits=six`, 'otp_digits_out_of_range'],
    ['T98 period 0', `totp/a?secret=${long}&period=0`, 'otp_period_out_of_range'],
    ['T98 period 86401', `totp/a?secret=${long}&period=86401`, 'otp_period_out_of_range'],
    ['a negative period', `totp/a?secret=${long}&period=-30`, 'otp_period_out_of_range'],
    ['period NaN', `totp/a?secret=${long}&period=NaN`, 'otp_period_out_of_range'],
    ['a counter beyond 2^52', `hotp/a?secret=${long}&counter=4503599627370497`, 'otp_counter_out_of_range'],
    ['MD5', `totp/a?secret=${long}&algorithm=MD5`, 'otp_algorithm_unknown'],
    ['SHA224', `totp/a?secret=${long}&algorithm=SHA224`, 'otp_algorithm_unknown'],
    ['a secret with 0', 'totp/a?secret=JBSWY3D0', 'otp_secret_not_base32'],
    ['an empty secret', 'totp/a?secret=', 'otp_secret_empty'],
    ['no secret', 'totp/a?issuer=x', 'otp_uri_unreadable'],
    ['a Yandex account', `yaotp/a?secret=${long}`, 'otp_uri_unreadable'],
    ['an unknown type', `xotp/a?secret=${long}`, 'otp_uri_unreadable'],
    ['a novel', `totp/${'a'.repeat(40_000)}?secret=${long}`, 'otp_uri_unreadable'],
  ])('refuses %s', (_what, rest, code) => {
    expect(() => parseOtpauthUri(`otpauth://${rest}`)).toThrow(expect.objectContaining({ code }))
  })

  it.each([
    '',
    'hello',
    'https://example.com/?secret=JBSWY3DP',
    `motp://a:b?secret=00ff`,
    'otpauth-migration://offline?data=AA',
  ])('refuses %j, which is no otpauth URI', (text) => {
    expect(() => parseOtpauthUri(text)).toThrow(expect.objectContaining({ code: 'otp_uri_unreadable' }))
  })

  it.each<[string, string, RegExp]>([
    ['a short secret', 'totp/a?secret=JBSWY3DP', /shorter than 128 bits/],
    ['a contradicting label', `totp/x:a?secret=${long}&issuer=y`, /"x".*"y"/],
    ['a missing counter', `hotp/a?secret=${long}`, /starts at 0/],
    ['a duplicate', `totp/a?secret=${long}&secret=${long}`, /secret stands there twice/],
    ['a repaired parameter', `totp/a?issuer=xdigits=6&secret=${long}`, /& was missing/],
  ])('warns of %s', (_what, rest, warning) => {
    expect(parseOtpauthUri(`otpauth://${rest}`).warnings).toMatchObject([{ message: expect.stringMatching(warning) }])
  })

  it('names what a Yandex account needs and we do not have', () => {
    expect(() => parseOtpauthUri(`otpauth://yaotp/a?secret=${long}`)).toThrow(/PIN/)
  })

  it('warns of nothing that is in order', () => {
    for (const rest of [`totp/x:a?secret=${long}&issuer=x`, `hotp/a?secret=${long}&counter=0`]) {
      expect(parseOtpauthUri(`otpauth://${rest}`).warnings).toEqual([])
    }
  })

  it('T98 reads raw hashes, plus signs, right-to-left names and labels of 2 KB', () => {
    const label = `שלום+${'#'.repeat(2048)}`
    expect(parseOtpauthUri(`otpauth://totp/${label}?secret=${long}`).account.name).toBe(label)
  })

  it('T98 answers any text with an account or a failure of ours', () => {
    const pieces = fc.constantFrom(
      'otpauth://',
      'totp/',
      'hotp/',
      'steam/',
      '?',
      '&',
      '=',
      '#',
      '%',
      '%3A',
      ':',
      'secret=',
      long,
      'digits=',
      'period=',
      '0',
      '9',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 20 }), (parts) => {
        try {
          expect(parseOtpauthUri(`otpauth://${parts.join('')}`).account.secret.length).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'Failure' })
        }
      }),
      { numRuns: 3000 },
    )
  })
})

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const seeds = fc.record(
  {
    type: fc.constantFrom<OtpAccount['type']>('totp', 'hotp', 'steam'),
    secret: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    algorithm: fc.constantFrom<OtpAccount['algorithm']>('SHA1', 'SHA256', 'SHA512'),
    digits: fc.integer({ min: 4, max: 10 }),
    periodSeconds: fc.integer({ min: 1, max: 86_400 }),
    counter: fc.nat({ max: 2 ** 52 }),
    issuer: text,
    name: text,
    tags: fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 3 }),
    note: text,
    icon: text,
    otherParameters: fc.dictionary(fc.stringMatching(/^x[A-Za-z]{1,8}$/), text, { minKeys: 1, noNullPrototype: true }),
  },
  { requiredKeys: ['secret'] },
)

describe('formatOtpauthUri', () => {
  it('writes all parameters, blanks as %20, colons of the issuer as %3A, no padding', () => {
    expect(formatOtpauthUri(account({ issuer: 'My: Site', name: 'ann@x' }))).toBe(
      `otpauth://totp/My%3A%20Site:ann%40x?secret=${long}&issuer=My%3A%20Site&algorithm=SHA1&digits=6&period=30`,
    )
  })

  it('gives the same account back', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const before = completeAccount(seed)
        expect(parseOtpauthUri(formatOtpauthUri(before)).account).toEqual(before)
      }),
      { numRuns: 500 },
    )
  })

  it('is understood by the otpauth package', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const ours = completeAccount({ ...seed, type: 'totp', issuer: 'ACME', name: 'ann' })
        const theirs = otpauth.URI.parse(formatOtpauthUri(ours)) as otpauth.TOTP
        expect(new Uint8Array(theirs.secret.buffer)).toEqual(ours.secret)
        expect([theirs.issuer, theirs.label, theirs.digits, theirs.period]).toEqual([
          'ACME',
          'ann',
          ours.digits,
          ours.periodSeconds,
        ])
      }),
    )
  })
})
