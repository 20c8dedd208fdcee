import { describe, expect, it } from 'vitest'
import { type AccountSeed, completeAccount, type OtpAccount } from '../../src/otp/account.ts'
import { formatAegis } from '../../src/importers/export/aegis.ts'
import { formatCsvExport } from '../../src/importers/export/csv.ts'
import { formatGoogleMigration } from '../../src/importers/export/google-migration.ts'
import { formatJson } from '../../src/importers/export/json.ts'
import { formatPassTree } from '../../src/importers/export/pass-tree.ts'
import { formatUriList } from '../../src/importers/export/uri-list.ts'
import { importPassTree } from '../../src/importers/directory.ts'
import { importFile } from '../../src/importers/import-file.ts'
import { planImport } from '../../src/importers/plan.ts'
import { basic, counted, essentials, every, second, steamed, strong } from './writers/samples.ts'
import { fc } from '../support/property.ts'

const label = fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 20 })
const seeds: fc.Arbitrary<AccountSeed> = fc.record({
  type: fc.constantFrom<OtpAccount['type']>('totp', 'hotp', 'steam'),
  secret: fc.uint8Array({ minLength: 10, maxLength: 64 }),
  algorithm: fc.constantFrom<OtpAccount['algorithm']>('SHA1', 'SHA256', 'SHA512'),
  digits: fc.constantFrom(6, 7, 8),
  periodSeconds: fc.constantFrom(15, 30, 60),
  counter: fc.nat(),
  issuer: label,
  name: label,
  tags: fc.array(
    label.filter((tag) => tag.trim() !== ''),
    { maxLength: 2 },
  ),
})
const accounts = fc.array(seeds.map(completeAccount), { minLength: 1, maxLength: 12 })
const formulas = /^['"]?[=+\-@]/

describe.each([
  ['URI list', formatUriList],
  ['Aegis', formatAegis],
  ['CSV', formatCsvExport],
  ['JSON', formatJson],
])('the export as %s', (_format, write) => {
  it('gives every account back when imported', async () => {
    await fc.assert(
      fc.asyncProperty(accounts, async (before) => {
        const report = await importFile(new TextEncoder().encode(write(before)))
        expect(report.failures).toEqual([])
        expect(report.entries.map(essentials)).toEqual(before.map(essentials))
        expect(report.entries.map(({ tags }) => tags)).toEqual(before.map(({ tags }) => tags))
      }),
      { numRuns: 60 },
    )
  })
})

describe('the CSV export', () => {
  it('T62 holds no cell that a spreadsheet would run', () => {
    const evil = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx'].map((name) =>
      completeAccount({ secret: basic.secret, issuer: name.trim(), name: name.trim() }),
    )
    const cells = formatCsvExport(evil)
      .split('\r\n')
      .slice(1)
      .flatMap((line) => line.split(','))
    expect(cells.filter((cell) => formulas.test(cell) && !cell.startsWith("'") && !cell.startsWith('"\''))).toEqual([])
  })
})

describe("the export as Google's QR codes", () => {
  const many = Array.from({ length: 23 }, (_, index) => completeAccount({ ...basic, name: `account ${index}` }))
  const { uris } = formatGoogleMigration(many, -1_320_898_453)
  const read = (lines: readonly string[]): ReturnType<typeof importFile> =>
    importFile(new TextEncoder().encode(lines.join('\n')))

  it('puts ten accounts into each code', () => {
    expect(uris).toHaveLength(3)
  })

  it.each([
    ['shuffled', [2, 0, 1]],
    ['with one scanned twice', [0, 1, 1, 2]],
  ])('is whole again %s', async (_how, order) => {
    const report = await read(order.map((index) => uris[index] ?? ''))
    expect(report.entries.map(({ name }) => name)).toEqual(many.map(({ name }) => name))
    expect(report.warnings.join()).not.toContain('missing')
  })

  it('names the code that is missing', async () => {
    const report = await read([uris[0] ?? '', uris[2] ?? ''])
    expect(report.warnings).toContainEqual(expect.stringMatching(/2 of 3 codes: 2 missing/))
  })

  it('refuses what Google Authenticator would show wrong codes of', () => {
    const { uris: written, refused } = formatGoogleMigration([basic, strong, counted, steamed], 1)
    expect(written).toHaveLength(1)
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('30 seconds'),
      expect.stringContaining('6 or 8 digits'),
      expect.stringContaining('Steam'),
    ])
  })
})

describe('the export as a pass tree', () => {
  it('gives the accounts back, HOTP one counter on as pass-otp counts', async () => {
    const files = new Map(
      [...formatPassTree(every)].map(([path, content]) => [path, new TextEncoder().encode(content)]),
    )
    const report = await importPassTree(files, async (message) => message)
    const next = every.map((account) =>
      account.type === 'hotp' ? { ...account, counter: account.counter + 1 } : account,
    )
    expect(report.entries.map(essentials)).toEqual(next.map(essentials))
  })

  it('never leaves its folder, and keeps equal names apart', () => {
    const names = ['../../etc/passwd', '..', '.hidden', 'a/b', 'a\\b', 'x\u0000y', 'same', 'Same', '-rf']
    const paths = [...formatPassTree(names.map((name) => completeAccount({ ...basic, issuer: name, name }))).keys()]
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(names.length)
    for (const path of paths) {
      expect(path).toMatch(/\.gpg$/)
      expect(path.split('/').every((part) => /^[^.\-\\\p{Cc}][^\\\p{Cc}]*$/u.test(part))).toBe(true)
    }
  })
})

describe('planImport', () => {
  it('tells new accounts, duplicates and changed ones apart', () => {
    const sameCodesOtherName = { ...basic, name: 'renamed' }
    const sameNameOtherSecret = { ...second, issuer: strong.issuer, name: strong.name }
    const plan = planImport([sameCodesOtherName, sameNameOtherSecret, counted, counted], [basic, strong])
    expect(plan.map(({ kind }) => kind)).toEqual(['duplicate', 'changed', 'new', 'duplicate'])
  })

  it('does not take an equal label for a duplicate', () => {
    const twin = { ...basic, secret: second.secret }
    expect(planImport([basic, twin], []).map(({ kind }) => kind)).toEqual(['new', 'new'])
  })
})
