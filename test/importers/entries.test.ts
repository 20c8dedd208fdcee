import { describe, expect, it } from 'vitest'
import { importFile } from '../../src/importers/import-file.ts'
import { sqliteOf } from './writers/containers.ts'
import { json } from './writers/samples.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const good = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const aegisWith = (...entries: readonly object[]): Uint8Array =>
  json({ version: 1, header: { slots: null, params: null }, db: { version: 3, entries, groups: [] } })
const entry = (info: object, more: object = {}): object => ({
  type: 'totp',
  name: 'ann',
  issuer: 'ACME',
  info: { secret: good, algo: 'SHA1', digits: 6, period: 30, ...info },
  ...more,
})

describe('T97 one bad entry', () => {
  it.each<[string, object, RegExp]>([
    ['with 0 in its secret', entry({ secret: 'JBSW0' }), /"0" is not one.*letter O/],
    ['without a secret', entry({ secret: '' }), /no secret/],
    ['with MD5', entry({ algo: 'MD5' }), /SHA1, SHA256 or SHA512/],
    ['with 11 digits', entry({ digits: 11 }), /4 to 10 digits/],
    ['with period 0', entry({ period: 0 }), /1 to 86400/],
    ['of mOTP', entry({}, { type: 'motp' }), /mOTP accounts are not supported/],
    ['of Yandex', entry({}, { type: 'yandex' }), /Yandex accounts are not supported/],
    ['of a kind unheard of', entry({}, { type: 'magic' }), /Unknown accounts are not supported/],
    ['that is no object', [], /damaged/],
  ])('%s is named with its place and reason, and the others are taken', async (_what, bad, reason) => {
    const report = await importFile(aegisWith(entry({}), bad, entry({})))
    expect([report.total, report.entries.length]).toEqual([3, 2])
    expect(report.failures).toEqual([expect.objectContaining({ index: 1, reason: expect.stringMatching(reason) })])
  })

  it('in a list of URIs is named by its line, without its secret', async () => {
    const report = await importFile(
      text(`otpauth://totp/a?secret=${good}\nsome note\notpauth://totp/b?secret=${good}1&digits=6\n`),
    )
    expect(report.failures.map(({ name }) => name)).toEqual(['line 2', 'line 3'])
    expect(JSON.stringify(report.failures)).not.toContain(good)
  })
})

describe('warnings', () => {
  it('name the account and never hold the secret', async () => {
    const report = await importFile(text('otpauth://totp/ACME:ann?secret=JBSWY3DPEHPK3PXP'))
    expect(report.warnings).toEqual(['ACME: ann: The secret is shorter than 128 bits.'])
  })

  it('tell that a hash was guessed, and that serial numbers repeat', async () => {
    const seed = '31'.repeat(32)
    const report = await importFile(text(`T1, ${seed}, totp, 6, 30\nT1, ${seed}, totp, 6, 30\n`))
    expect(report.entries.map(({ algorithm }) => algorithm)).toEqual(['SHA256', 'SHA256'])
    expect(report.warnings.join('\n')).toMatch(/guessed[^]*T1 stands there more than once/)
  })
})

describe('lists of tokens', () => {
  it.each([
    ['an OCRA row', `T1, ${'31'.repeat(20)}, ocra, 6, 30`, /OCRA/],
    ['an mOTP row', `T1, ${'31'.repeat(20)}, motp, 6, 30`, /mOTP/],
    ['a seed for SHA224', `T1, ${'31'.repeat(28)}, totp, 6, 30`, /SHA224/],
    ['an odd number of digits', `T1, ${'3'.repeat(21)}, totp, 6, 30`, /odd number/],
    ["HOTP in privacyIDEA's export, which leaves the counter out", `ann@example,T1,${'31'.repeat(20)},hotp,6`, /PSKC/],
  ])('refuse %s', async (_what, row, reason) => {
    const report = await importFile(text(`${row}\n`))
    expect(report.failures).toMatchObject([{ name: 'T1', reason: expect.stringMatching(reason) }])
  })

  it('read Base32 with a warning where it is not hexadecimal', async () => {
    const report = await importFile(text(`T1, ${good}, totp, 6, 30\n`))
    expect([report.entries.length, report.warnings.join()]).toEqual([1, expect.stringContaining('read as Base32')])
  })
})

describe('databases', () => {
  it('are read across many pages, with long values on overflow pages', async () => {
    const rows = Array.from(
      { length: 400 },
      (_, index) => `INSERT INTO accounts VALUES (${index}, 'issuer ${index}', '${'n'.repeat(index * 13)}', '${good}')`,
    )
    const bytes = sqliteOf(
      'CREATE TABLE accounts (_id INTEGER PRIMARY KEY, name TEXT, username TEXT, oath_secret_key TEXT)',
      'BEGIN',
      ...rows,
      'COMMIT',
    )
    const report = await importFile(bytes)
    expect(report.entries.map(({ issuer, name }) => [issuer, name.length])).toEqual(
      rows.map((_, index) => [`issuer ${index}`, index * 13]),
    )
  })
})
