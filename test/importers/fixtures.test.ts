import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { detectFormat, importFile } from '../../src/importers/import-file.ts'
import { reportSkipped } from '../support/programs.ts'

// Real exports of real programs, kept outside of this project.
const folder = join(
  process.env['WATCHWORD_FIXTURES'] ?? join(import.meta.dirname, '../../../shared/fixtures'),
  'importers',
)
const isPresent = existsSync(folder)
if (!isPresent) reportSkipped('real exports of other authenticators', ['the folder of fixtures'])

/** Set V1 of the folder's README: type, issuer, name, secret, algorithm, digits, period or counter. */
const v1 = [
  'totp|Deno|Mason|4SJHB4GSD43FZBAI7C2HLRJGPQ|SHA1|6|30',
  'totp|SPDX|James|5OM4WOOGPLQEF6UGN3CPEOOLWU|SHA256|7|20',
  'totp|Airbnb|Elijah|7ELGJSGXNCCTV3O6LKJWYFV2RA|SHA512|8|50',
  'hotp|Issuu|James|YOOMIXWS5GN6RTBPUFFWKTW5M4|SHA1|6|1',
  'hotp|Air Canada|Benjamin|KUVJJOM753IHTNDSZVCNKL7GII|SHA256|7|50',
  'hotp|WWE|Mason|5VAML3X35THCEBVRLV24CGBKOY|SHA512|8|10300',
  'steam|Boeing|Sophia|JRZCL47CMXVOQMNPZR2F7J4RGI|SHA1|5|30',
]
const [deno = '', spdx = '', airbnb = '', issuu = '', canada = '', wwe = '', boeing = ''] = v1
const [long, many, noIssuer, sha256, sha512, hotp, totp] = [
  'totp|Long|Period|JGRMXBLPPYQIFMRBFQDHNP3MPPYQYNUN|SHA1|6|60',
  'totp|Many|Digits|WEV2GHDH4EAU7D5SZGCIQOFBNQ35EHBS|SHA1|9|30',
  'totp||NoIssuer|KY2QJPMNQLSGSZE2C5F7AYBLBVEEDHFX|SHA1|6|30',
  'totp|Sha|256|RJNZJM7PAGJUBG32XHQWHFZVLYOMGIUQ|SHA256|6|30',
  'totp|Sha|512|UW33SR5O4EKTDXNCBBS5FSPUKAYXIWOH|SHA512|6|30',
  'hotp|Standard|Hotp|JOR2VZXMNHACFNLRAOACFFRDRYAOFMLB|SHA1|6|10',
  'totp|Standard|Totp|54VEGZFJHM3BGDONFERMPUOKNGDJETGM|SHA1|6|30',
]
// Its label says the issuer apart from the name.
const namedNoIssuer = noIssuer.replace('||', '|NoIssuer|')
const bitwardenSet = [
  long,
  many,
  noIssuer,
  sha256,
  sha512,
  totp,
  'totp|Secret|Only|JOR2VZXMNHACFNLRAOACFFRDRYAOFMLB|SHA1|6|30',
  'steam|Steam|john@example.com|GJD4ZX3RQMLCAXKCT7GGQ4U27VN4FPK6|SHA1|5|30',
]
const proton = [
  'totp|.env|example@ente.io|MI4GCOJSGIZTKLJSGMZWKLJUGEZDQLJYG5STILJSMUYDIYTCMQ3TSOJRGI|SHA1|6|30',
  'totp|/e/|:cool@ente.com|554VBDOGJRLDG2JV|SHA1|6|30',
  'totp|ente|simple@ente.sh|PIBTGMBYQYVSLN5PVZYQUTKYHOBRYYT7|SHA1|6|30',
  'totp|reddit|r@ente.com|J4YFC3TZKVYWCVCNIVBWIV2GHFAXUNDF|SHA1|6|30',
]
const andOtpSet = [
  'totp|asmw.org|account1|3G4IFPMFOAVRYJTTNQEBECRQU4GP6XQ4|SHA1|6|30',
  'totp|asmw.org|account2|CFRT34OKJGJD5WXYE4RYR6XBU4MKEVYR|SHA1|6|30',
  'totp|asmw.org|account2|MTCGQYWEURZMUSXBLZ6YYVUOME6ZOCH6|SHA1|6|30',
  'totp|ACME Inc.|acme_account|AGXJE727UYEYQRRVZ73V3YJLZLGDOFVQ|SHA1|6|30',
  'totp|ACME Inc.|coyote|KTHQMHAWZHDI5VNEWYPS7ZGQSWIPJ6BN|SHA1|6|30',
  'totp|NoAccountIssuer||NMWEMYZDMORTCIFAZMYDIV3NIFZREC5B|SHA1|6|30',
  'totp||:no_issuer_account|N52C2PQUCKJM36ZQXYXKQGQKINGEYW43|SHA1|6|30',
]
const serenity = [
  ['test1', 'A4RFDYMF4GSLUIBQV4ZP67OJEZ2XUQVM'],
  ['test2', 'SCDDZ7PW5MOZLE3PQCAZM7L4S35K3UDX'],
  ['test3', 'TR76272RVYO6EAEY2FX7W7R7KUDEGPJ4'],
  ['test4', 'N2ILWSXSJUQUB7S6NONPJSC62NPG7EXN'],
].map(([name, secret]) => `totp|SerenityLabs|${name}@serenitylabs.co.uk|${secret}|SHA1|6|30`)
const pi = '7KSQL2JTUDIS5EF65KLMRQIIGY|SHA1|6'
const raspberry = [
  `totp|raspberrypi|pi@raspberrypi|${pi}|30`,
  `totp||pi@raspberrypi|${pi}|30`,
  `totp||pi@raspberrypi|${pi}|30`,
  `totp|raspberrypi|pi@raspberrypi|${pi}|30`,
  `totp||encoding: ¿äÄéÉ? (demo)|${pi}|30`,
]
const raspberryWithHotp = [...raspberry, `hotp||hotp demo|${pi}|4`]

/** The same account with SHA1, six digits and 30 seconds, for formats that keep no more. */
const usual = (line: string): string =>
  `${line.split('|').slice(0, 4).join('|')}|SHA1|6|30`.replace(/^(hotp|steam)/, 'totp')
const sha1 = (line: string): string => line.replace(/SHA(256|512)/, 'SHA1')
const thirty = (line: string): string => line.replace(/\|\d+$/, '|30')
const renamed = (line: string, issuer: string, name: string): string =>
  line.replace(/\|[^|]*\|[^|]*\|/, `|${issuer}|${name}|`)
const oldLabel = (line: string): string => {
  const [, issuer = '', name = ''] = line.split('|')
  return renamed(line, '', `${issuer} - ${issuer}:${name}`)
}

type Case = readonly [file: string, accounts: readonly string[], password?: string | undefined]

const cases: readonly Case[] = [
  ['otpauth-uris/plain.txt', v1],
  ['aegis/aegis_plain.json', v1],
  ['aegis/aegis_encrypted.json', v1, 'test'],
  ['aegis/aegis_plain_grouped_v2.json', v1],
  ['2fas/2fas_v1.json', v1.slice(0, 6).map(usual)],
  ['2fas/2fas_plain_v2.2fas', [deno, airbnb, usual(issuu), wwe.replace('hotp', 'totp').replace('10300', '30')]],
  ['2fas/2fas_plain_v4.2fas', [deno, issuu, canada, wwe, boeing]],
  ['2fas/2fas_encrypted_v4.2fas', [deno, issuu, canada, wwe, boeing], 'test'],
  ['andotp/andotp_plain.json', v1],
  ['andotp/andotp_encrypted.bin', v1, 'test'],
  ['andotp/andotp_encrypted_old.bin', v1.slice(0, 6).map(oldLabel), 'test'],
  ['andotp/accounts_issuer_123456.json.aes', andOtpSet, '123456'],
  ['authy/authy_plain.xml', [deno, spdx, airbnb].map(sha1).map(thirty)],
  ['authy/authy_encrypted.xml', [deno, spdx, airbnb].map(sha1).map(thirty), 'testtest'],
  ['bitwarden/bitwarden.json', [deno, spdx, airbnb, renamed(boeing, 'Test Steam', '')]],
  ['bitwarden/bitwarden.csv', [deno, spdx, airbnb, renamed(boeing, 'Test 4', '')]],
  ['bitwarden/bitwarden.encrypted.pbkdf2.json', bitwardenSet, 'rud9^5S6$^Ewmr%d'],
  ['bitwarden/bitwarden.encrypted.argon2id.json', bitwardenSet, 'rud9^5S6$^Ewmr%d'],
  ['bitwarden/bitwardenauthenticator.json', [long, many, namedNoIssuer, sha256, sha512, totp]],
  ['bitwarden/keepassxc_bitwarden_encrypted_export.json', ['totp|KeePassXC|keepassxc|FSFSFSFSEFEFE|SHA1|6|30'], 'a'],
  ['duo/duo.json', [renamed(deno, '', 'Mason'), renamed(issuu, '', 'James').replace(/\d+$/, '3')]],
  ['ente/ente_auth.txt', v1],
  ['ente/ente.encrypted.json', [long, many, noIssuer, sha256, sha512, hotp, totp], 'test'],
  ['freeotp/freeotp_v1.xml', [deno, airbnb, issuu, wwe]],
  ['freeotp/freeotp_v2_api34.xml', v1.slice(0, 6), 'test'],
  ['freeotp/freeotp_v2_null_algo.xml', [deno], 'test'],
  ['freeotpplus/freeotp_plus.json', v1.slice(0, 6)],
  ['google/example_export.txt', raspberryWithHotp],
  ['google/test_plus_problem_export.txt', serenity],
  ['google/dim13_example.png', ['totp|Example|alice@google.com|JBSWY3DPEHPK3PXP|SHA1|6|30']],
  [
    'google/google_authenticator.sqlite',
    [...v1.slice(0, 3).map(usual), ...v1.slice(3, 6).map((line) => sha1(line).replace(/\|\d\|(\d+)$/, '|6|$1'))],
  ],
  ['csv/extract_otp_secrets_output.csv', raspberryWithHotp],
  ['csv/extract_otp_secrets_keepass_totp.csv', raspberry],
  ['lastpass/lastpass.json', [long, many, noIssuer, sha256, sha512, totp]],
  ['microsoft/microsoft_authenticator.sqlite', v1.map(usual)],
  ['proton/proton_authenticator.json', [deno, spdx, airbnb]],
  ['proton/proton_authenticator_backup.json', proton],
  ['proton/proton_authenticator_backup_encrypted_1231246.json', proton, '1231246'],
  ['steam/steam.json', [renamed(boeing, 'Steam', 'Sophia')]],
  ['stratum/stratum_plain.json', v1],
  ['stratum/stratum_encrypted.bin', v1, 'test'],
  ['stratum/stratum_encrypted_legacy.bin', v1, 'test'],
  [
    'totp-authenticator/totp_authenticator.bin',
    [renamed(deno, 'Deno', 'mason'), renamed(spdx, 'SPDX', 'james'), renamed(airbnb, 'Airbnb', 'elijah')].map(sha1),
    'Testtest1',
  ],
  [
    'battlenet/battle_net_authenticator.xml',
    ['totp|Battle.net|US-2211-2050-3346|BMGRXPGFARQQF4GMT25JATL2VYLAHDBI|SHA1|8|30'],
  ],
  ['winauth/winauth.zip', ['totp||Authenticator|TESTTESTTESTTESTTESQ|SHA1|6|30'], 'test'],
  ['authenticator-plus/authenticator_plus.zip', v1, 'testtesttest'],
  [
    'keepass/keepass.aes256.argon2id.kdbx',
    [
      long,
      many,
      sha1(sha256),
      sha512,
      totp,
      renamed(noIssuer, 'No username', ''),
      'steam|Steam|steam|Y2PO2DPO4AGBS2KQPO5ONQPEBAR2VKMF|SHA1|5|30',
    ],
    'test',
  ],
  // Bits that fill no byte are dropped, so the last letter of these two short secrets differs.
  [
    '1password/1PasswordExport.1pux',
    ['totp|Login|team@keepassxc.org|DFDFDEA|SHA1|6|30', 'totp|Login|team@keepassxc.org|DFDFDEFDEE|SHA1|6|30'],
  ],
]

const real = cases.map(([file, accounts, password]): [string, readonly string[], string | undefined] => [
  file,
  accounts,
  password,
])

describe.skipIf(!isPresent)('real exports', () => {
  it.each(real)('%s yields exactly the accounts its list says', async (file, accounts, password) => {
    const bytes = readFileSync(join(folder, file))
    expect(detectFormat(bytes).requirement).toBe(password === undefined ? 'nothing' : 'password')
    const report = await importFile(bytes, password === undefined ? {} : { password })
    const found = report.entries.map((entry) =>
      [
        entry.type,
        entry.issuer,
        entry.name,
        encodeBase32(entry.secret),
        entry.algorithm,
        entry.digits,
        entry.type === 'hotp' ? entry.counter : entry.periodSeconds,
      ].join('|'),
    )
    expect(found.toSorted()).toEqual(accounts.toSorted())
    expect(report.failures).toEqual([])
  })

  it('keeps groups, folders and tags', async () => {
    const grouped = await importFile(readFileSync(join(folder, 'aegis/aegis_plain_grouped_v2.json')))
    expect(grouped.entries.filter(({ tags }) => tags.length > 0).map(({ issuer, tags }) => [issuer, ...tags])).toEqual([
      ['Deno', 'group1'],
      ['Airbnb', 'group1'],
      ['Issuu', 'group2'],
    ])
  })

  it.each([
    ['bitwarden/bitwarden.encrypted.accountrestricted.json', 'import_not_possible'],
    ['winauth/winauth.invalid.zip', 'import_file_damaged'],
  ])('%s is refused with a reason', async (file, code) => {
    await expect(importFile(readFileSync(join(folder, file)), { password: 'x' })).rejects.toThrow(
      expect.objectContaining({ code }),
    )
  })

  it.each(['google/test_export_wrong_data.txt', 'google/qr_but_without_otp.png'])(
    '%s holds no account, and says why',
    async (file) => {
      const report = await importFile(readFileSync(join(folder, file)))
      expect([report.entries.length, report.failures.length]).toEqual([0, 1])
    },
  )

  // Ente's file costs seconds for each try.
  it.each(real.filter(([file, , password]) => password !== undefined && !file.startsWith('ente/')))(
    '%s says that a password is wrong',
    async (file) => {
      const bytes = readFileSync(join(folder, file))
      await expect(importFile(bytes, { password: 'wrong' })).rejects.toThrow(
        expect.objectContaining({ code: 'import_password_wrong' }),
      )
    },
  )
})
