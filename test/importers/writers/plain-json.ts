import type { OtpAccount } from '../../../src/otp/account.ts'
import { encodeBase32 } from '../../../src/otp/base32.ts'
import { formatOtpauthUri } from '../../../src/otp/otpauth-uri.ts'
import { formatAegis } from '../../../src/importers/export/aegis.ts'
import { formatJson } from '../../../src/importers/export/json.ts'
import { basic, counted, every, json, second, signed, steamed, strong, type WrittenFile } from './samples.ts'

const base32 = ({ secret }: OtpAccount): string => encodeBase32(secret)
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const withoutSteam = [basic, second, strong, counted]

export const twoFasBackup = (accounts: readonly OtpAccount[]): object => ({
  schemaVersion: 4,
  appVersionName: '5.4.1',
  groups: [],
  services: accounts.map((account) => ({
    name: account.issuer,
    secret: base32(account).toLowerCase(),
    otp: {
      issuer: account.issuer,
      account: account.name,
      digits: account.digits,
      period: account.periodSeconds,
      algorithm: account.algorithm,
      counter: account.counter,
      tokenType: account.type.toUpperCase(),
    },
  })),
})

export const andOtpEntries = (accounts: readonly OtpAccount[]): object[] =>
  accounts.map((account) => ({
    secret: `${base32(account)}====`,
    issuer: account.issuer,
    label: account.name,
    digits: account.digits,
    type: account.type.toUpperCase(),
    algorithm: account.algorithm,
    ...(account.type === 'hotp' ? { counter: account.counter } : { period: account.periodSeconds }),
    tags: ['work'],
  }))

export const bitwardenVault = (accounts: readonly OtpAccount[]): object => ({
  encrypted: false,
  folders: [{ id: 'f1', name: 'Work' }],
  items: [
    { type: 2, name: 'A note', notes: 'text' },
    ...accounts.map((account) => ({
      type: 1,
      name: account.issuer,
      folderId: 'f1',
      login: { username: account.name, totp: bitwardenField(account) },
    })),
  ],
})

function bitwardenField(account: OtpAccount): string {
  if (account.type === 'steam') return `steam://${base32(account)}`
  return account === basic
    ? base32(account)
        .toLowerCase()
        .replace(/(.{4})/g, '$1 ')
    : formatOtpauthUri(account)
}

/** FreeOTP 1 and FreeOTP+ keep the counter used last. */
export const freeOtpToken = (account: OtpAccount): object => ({
  algo: account.algorithm,
  counter: account.counter - 1,
  digits: account.digits,
  issuerExt: account.issuer,
  issuerInt: account.issuer,
  label: account.name,
  period: account.periodSeconds,
  secret: signed(account.secret),
  type: account.type.toUpperCase(),
})

export const protonEntries = (accounts: readonly OtpAccount[]): object => ({
  version: 1,
  entries: accounts.map((account) => ({
    id: account.name,
    content: {
      uri: account.type === 'steam' ? `steam://${base32(account)}` : formatOtpauthUri(account),
      entry_type: account.type === 'steam' ? 'Steam' : 'Totp',
      name: account.name,
    },
    note: null,
  })),
})

export const stratumBackup = (accounts: readonly OtpAccount[]): object => ({
  Authenticators: accounts.map((account) => ({
    Type: { hotp: 1, totp: 2, steam: 4 }[account.type],
    Issuer: account.issuer,
    Username: account.name,
    Secret: base32(account),
    Algorithm: ['SHA1', 'SHA256', 'SHA512'].indexOf(account.algorithm),
    Digits: account.digits,
    Period: account.periodSeconds,
    Counter: account.counter,
  })),
  Categories: [{ Id: 'c', Name: 'Work' }],
  AuthenticatorCategories: [{ CategoryId: 'c', AuthenticatorSecret: base32(accounts[0] ?? basic) }],
  CustomIcons: [],
})

/** Every format that keeps its entries in clear JSON or text. */
export const plainFiles: readonly WrittenFile[] = [
  { format: 'aegis', what: 'plain', accounts: every, write: () => text(formatAegis(every)) },
  { format: 'watchword-json', what: 'plain', accounts: every, write: () => text(formatJson(every)) },
  { format: '2fas', what: 'plain', accounts: every, write: () => json(twoFasBackup(every)) },
  { format: 'andotp', what: 'plain', accounts: every, write: () => json(andOtpEntries(every)) },
  { format: 'bitwarden', what: 'plain', accounts: every, skipped: 1, write: () => json(bitwardenVault(every)) },
  {
    format: 'freeotp-plus',
    what: 'plain',
    accounts: withoutSteam,
    write: () => json({ tokenOrder: [], tokens: withoutSteam.map(freeOtpToken) }),
  },
  { format: 'proton', what: 'plain', accounts: every, write: () => json(protonEntries(every)) },
  { format: 'stratum', what: 'plain', accounts: every, write: () => json(stratumBackup(every)) },
  {
    format: 'lastpass',
    what: 'plain',
    accounts: [basic, second, strong],
    write: () =>
      json({
        deviceId: '',
        version: 3,
        folders: [{ id: 1, name: 'Favorites' }],
        accounts: [basic, second, strong].map((account) => ({
          issuerName: account.issuer,
          userName: account.name,
          secret: base32(account),
          timeStep: account.periodSeconds,
          digits: account.digits,
          algorithm: account.algorithm,
          folderData: { folderId: 1 },
        })),
      }),
  },
  {
    format: 'raivo',
    what: 'unpacked',
    accounts: withoutSteam,
    write: () => json(raivoEntries(withoutSteam)),
  },
  {
    format: '2fauth',
    what: 'plain',
    accounts: every,
    write: () =>
      json({
        app: '2fauth_v5.1.0',
        schema: 1,
        data: every.map((account) => ({
          otp_type: account.type === 'steam' ? 'steamtotp' : account.type,
          account: account.name,
          service: account.issuer,
          secret: base32(account),
          digits: account.digits,
          algorithm: account.algorithm.toLowerCase(),
          period: account.type === 'hotp' ? null : account.periodSeconds,
          counter: account.type === 'hotp' ? account.counter : null,
        })),
      }),
  },
  {
    format: 'duo',
    what: 'plain',
    accounts: [
      { ...basic, issuer: '' },
      { ...counted, issuer: '', algorithm: 'SHA1', digits: 6 },
    ],
    skipped: 1,
    write: () =>
      json([
        { accountType: 'OtpAccount', name: basic.name, otpGenerator: { otpSecret: base32(basic) } },
        {
          accountType: 'OtpAccount',
          name: counted.name,
          otpGenerator: { otpSecret: base32(counted), counter: counted.counter },
        },
        { accountType: 'DuoAccount', name: 'Work' },
      ]),
  },
  {
    format: 'steam',
    what: 'one account',
    accounts: [steamed],
    write: () => json({ shared_secret: Buffer.from(steamed.secret).toString('base64'), account_name: steamed.name }),
  },
  {
    format: 'cotp',
    what: 'version 2',
    accounts: every,
    write: () => json({ version: 2, elements: cotpElements(every) }),
  },
  { format: 'cotp', what: 'version 1', accounts: every, write: () => json(cotpElements(every)) },
  {
    format: 'authy',
    what: 'script output',
    accounts: [basic, second],
    write: () =>
      json(
        [basic, second].map((account) => ({
          name: account.name,
          secret: base32(account),
          uri: formatOtpauthUri(account),
        })),
      ),
  },
  {
    format: 'authy',
    what: 'captured reply',
    accounts: [basic, second],
    write: () =>
      json({
        decrypted_authenticator_tokens: [basic, second].map((account) => ({
          name: account.name,
          original_name: `${account.issuer}:${account.name}`,
          issuer: account.issuer,
          digits: 6,
          decrypted_seed: base32(account),
        })),
      }),
  },
]

export function raivoEntries(accounts: readonly OtpAccount[]): object[] {
  return accounts.map((account) => ({
    issuer: account.issuer,
    account: account.name,
    secret: base32(account),
    algorithm: account.algorithm,
    digits: String(account.digits),
    kind: account.type.toUpperCase(),
    timer: account.type === 'hotp' ? '0' : String(account.periodSeconds),
    counter: String(account.counter),
    pinned: 'false',
  }))
}

function cotpElements(accounts: readonly OtpAccount[]): object[] {
  return accounts.map((account) => ({
    secret: base32(account),
    issuer: account.issuer,
    label: account.name,
    digits: account.digits,
    type: account.type.toUpperCase(),
    algorithm: account.algorithm,
    period: account.periodSeconds,
    counter: account.type === 'hotp' ? account.counter : null,
    pin: null,
  }))
}
