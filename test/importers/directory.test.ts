import { describe, expect, it } from 'vitest'
import { type FolderFiles, importPassTree, importSimpleotpStore } from '../../src/importers/directory.ts'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { formatOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { basic, counted, strong } from './writers/samples.ts'

const header = '-----BEGIN PGP MESSAGE-----'
const base32 = encodeBase32(basic.secret)

/** Stands in for gpg: the content follows the header in clear. */
async function open(message: Uint8Array): Promise<Uint8Array> {
  const text = new TextDecoder().decode(message)
  if (text.includes('foreign')) throw new Error('no secret key')
  return new TextEncoder().encode(text.replace(header, ''))
}

function folder(files: Readonly<Record<string, string>>): FolderFiles {
  return new Map(Object.entries(files).map(([path, content]) => [path, new TextEncoder().encode(content)]))
}

describe('importSimpleotpStore', () => {
  it('reads secrets with their options, and URIs that broken versions stored', async () => {
    const report = await importSimpleotpStore(
      folder({
        '.totp_ann_secret': `${header}${base32}\n`,
        '.totp_ann_options': 'digits=8,digest=hashlib.sha256,name=None,issuer=ACME,interval=60\n',
        '.totp_bob_secret': `${header}${base32}`,
        '.totp_web_secret': `${header}${formatOtpauthUri(strong)}`,
      }),
      open,
    )
    expect(report.entries).toMatchObject([
      { name: 'ann', issuer: 'ACME', digits: 8, algorithm: 'SHA256', periodSeconds: 60 },
      { name: 'bob', issuer: '', digits: 6, algorithm: 'SHA1', periodSeconds: 30 },
      { name: strong.name, issuer: strong.issuer, digits: 8 },
    ])
  })

  it('reads messages that are not armoured as well', async () => {
    const packet = new Uint8Array([0x84, ...new TextEncoder().encode(base32)])
    const report = await importSimpleotpStore(new Map([['.totp_raw_secret', packet]]), async (message) =>
      message.subarray(1),
    )
    expect(report.entries).toMatchObject([{ name: 'raw', digits: 6 }])
  })

  it('counts clear files of the login server, refuses what does not open, and ignores the rest', async () => {
    const report = await importSimpleotpStore(
      folder({
        '.totp_login_secret': base32,
        '.totp_foreign_secret': `${header}foreign`,
        '.totp_wrong_secret': `${header}JBSWY3D0`,
        '.totp_empty_secret': '',
        '.totp_ann_QR.png': 'x',
        '.totp_secret_totplast': '123456',
        '.password_ann_secret': 'hash',
        '.salt_ann': 'salt',
      }),
      open,
    )
    expect([report.total, report.entries.length, report.skipped]).toEqual([
      4,
      0,
      [
        { code: 'simpleotp_users', what: "users of simpleotp's login server", count: 1 },
        { code: 'simpleotp_empty', what: 'empty files, whose secrets simpleotp never wrote', count: 1 },
      ],
    ])
    expect(report.failures.map(({ name }) => name)).toEqual(['foreign', 'wrong'])
  })
})

describe('importPassTree', () => {
  it('takes the first URI of each entry, or the field of gopass, and names by path', async () => {
    const report = await importPassTree(
      folder({
        'ACME/ann.gpg': `password\nlogin: ann\n${formatOtpauthUri(basic)}\notpauth://totp/other?secret=AA`,
        'shop/bob.gpg': `password\ntotp: ${base32.toLowerCase()}\n`,
        'bank/hotp.gpg': formatOtpauthUri(counted),
        'plain/none.gpg': 'password only\n',
        '.git/objects/x.gpg': 'ignored',
        'README.md': 'ignored',
      }),
      open,
    )
    expect(report.entries).toMatchObject([
      { issuer: basic.issuer, name: basic.name },
      { issuer: 'shop', name: 'bob' },
      { type: 'hotp', counter: counted.counter + 1 },
    ])
    expect(report.skipped).toEqual([{ code: 'entries_without', what: 'entries without a one-time password', count: 1 }])
  })

  it('goes on after an entry that does not open', async () => {
    const report = await importPassTree(folder({ 'a.gpg': 'foreign', 'b.gpg': formatOtpauthUri(basic) }), open)
    expect([report.entries.length, report.failures.map(({ name }) => name)]).toEqual([1, ['a']])
  })
})
