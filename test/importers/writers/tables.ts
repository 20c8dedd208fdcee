import { encodeBase32 } from '../../../src/otp/base32.ts'
import type { OtpAccount } from '../../../src/otp/account.ts'
import { formatOtpauthUri } from '../../../src/otp/otpauth-uri.ts'
import { formatCsvExport } from '../../../src/importers/export/csv.ts'
import { formatGoogleMigration } from '../../../src/importers/export/google-migration.ts'
import { formatUriList } from '../../../src/importers/export/uri-list.ts'
import { basic, counted, every, second, steamed, strong, type WrittenFile } from './samples.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const base32 = ({ secret }: OtpAccount): string => encodeBase32(secret)
const hex = ({ secret }: OtpAccount): string => Buffer.from(secret).toString('hex')
const usual = [basic, second]
const named = (account: OtpAccount, name: string): OtpAccount => ({ ...account, issuer: '', name })

/** Every format made of lines: URI lists, CSV of password managers, lists of tokens. */
export const tableFiles: readonly WrittenFile[] = [
  { format: 'uri-list', what: 'our own', accounts: every, write: () => text(formatUriList(every)) },
  {
    format: 'uri-list',
    what: 'with byte order mark, CRLF, comments and blank lines',
    accounts: usual,
    write: () =>
      text(`\ufeff# mine\r\n\r\n${usual.map(formatOtpauthUri).join('\r\n\r\n# otpauth://totp/x?secret=AA\r\n')}\r\n`),
  },
  {
    format: 'uri-list',
    what: "Google's transfer",
    accounts: usual,
    write: () => text(formatGoogleMigration(usual, -1_320_898_453).uris.join('\n')),
  },
  {
    format: 'uri-list',
    what: 'of Ente, with a trashed account',
    accounts: usual,
    skipped: 1,
    write: () =>
      text(
        [
          ...usual.map(
            (account) =>
              `${formatOtpauthUri(account)}&codeDisplay=${encodeURIComponent('{"tags":["work"],"note":"n","trashed":false}')}`,
          ),
          `${formatOtpauthUri(strong)}&codeDisplay=${encodeURIComponent('{"trashed":true}')}`,
        ].join('\n'),
      ),
  },
  { format: 'csv', what: 'our own', accounts: every, write: () => text(formatCsvExport(every)) },
  {
    format: 'csv',
    what: 'semicolons and other names',
    accounts: [strong],
    write: () =>
      text(
        `Service;Account;Seed;Digits;Interval;Digest\r\n${strong.issuer};${strong.name};${base32(strong)};8;60;sha512\r\n`,
      ),
  },
  {
    format: 'csv',
    what: 'of Bitwarden',
    accounts: [basic, steamed],
    skipped: 1,
    write: () =>
      text(
        [
          'folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp',
          `,,login,${basic.issuer},,,0,,${basic.name},pw,${base32(basic)}`,
          `,,login,${steamed.issuer},,,0,,${steamed.name},pw,steam://${base32(steamed)}`,
          ',,note,Nothing,,,0,,,,',
        ].join('\n'),
      ),
  },
  {
    format: 'csv',
    what: 'of 1Password',
    accounts: [basic],
    write: () =>
      text(
        `Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\nACME,,${basic.name},pw,${formatOtpauthUri(basic)},false,false,,\n`,
      ),
  },
  {
    format: 'csv',
    what: 'of Apple Passwords',
    accounts: [basic],
    skipped: 1,
    write: () =>
      text(
        `Title,URL,Username,Password,Notes,OTPAuth\nACME,,${basic.name},pw,,otpauth://totp/?secret=${base32(basic)}\nOther,,x,pw,,\n`,
      ),
  },
  {
    format: 'csv',
    what: 'of KeePassXC',
    accounts: [basic, { ...second, issuer: '', name: '' }],
    write: () =>
      text(
        [
          '"Group","Title","Username","Password","URL","Notes","TOTP","Icon","Last Modified","Created"',
          `"Root/Work","ACME","${basic.name}","pw","","","otpauth://totp/ACME:${basic.name}?secret=${base32(basic)}&period=30&digits=6&issuer=ACME","0","",""`,
          `"Root","","","pw","","","otpauth://totp/KeePassXC:none?secret=${base32(second)}&period=30&digits=6&issuer=KeePassXC","0","",""`,
        ].join('\n'),
      ),
  },
  {
    format: 'csv',
    what: 'of an old KeePassXC, without one-time passwords',
    accounts: [],
    skipped: 1,
    write: () => text('"Group","Title","Username","Password","URL","Notes"\n"Root","ACME","ann","pw","",""\n'),
  },
  {
    format: 'csv',
    what: 'of LastPass',
    accounts: [basic],
    write: () =>
      text(`url,username,password,totp,extra,name,grouping,fav\nhttp://x,${basic.name},pw,${base32(basic)},,ACME,,0\n`),
  },
  {
    format: 'oath-csv',
    what: 'of privacyIDEA',
    accounts: [
      named(basic, 'T1'),
      named({ ...counted, algorithm: 'SHA1' }, 'T2'),
      named({ ...basic, type: 'hotp' }, 'T3'),
    ],
    write: () =>
      text(`T1, ${hex(basic)}, totp, 6, 30\n# comment\n\nT2,${hex(counted)},HOTP,7,41,,\nT3, ${hex(basic)}\n`),
  },
  {
    format: 'oath-csv',
    what: 'of privacyIDEA, version 2',
    accounts: [named(basic, 'ann')],
    write: () => text(`# version: 2\nann, users, example, T1, ${hex(basic)}, totp, 6, 30\n`),
  },
  {
    format: 'oath-csv',
    what: "of privacyIDEA's export",
    accounts: [named(basic, 'ann'), named(second, 'T2')],
    write: () => text(`ann@example,T1,${hex(basic)},totp,6,30\nn/a,T2,${hex(second)},totp,6,30\n`),
  },
  {
    format: 'oath-csv',
    what: 'of LinOTP, with a hash',
    accounts: [named({ ...basic, algorithm: 'SHA256', digits: 8, periodSeconds: 60 }, 'T1')],
    write: () => text(`T1, ${hex(basic)}, totp, 8, 60, sha256\n`),
  },
  {
    format: 'oath-csv',
    what: 'of multiOTP',
    accounts: [named(basic, 'T1'), named({ ...counted, algorithm: 'SHA1' }, 'T2')],
    write: () => text(`T1;Maker;TOTP;${hex(basic)};6;30\nT2;Maker;HOTP;${hex(counted)};7;41\n`),
  },
]
