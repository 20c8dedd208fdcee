import { createHash, pbkdf2Sync } from 'node:crypto'
import { poly1305 } from '@noble/ciphers/_poly1305.js'
import { chacha20, hchacha } from '@noble/ciphers/chacha.js'
import type { OtpAccount } from '../../../src/otp/account.ts'
import { encodeBase32 } from '../../../src/otp/base32.ts'
import { formatAegisEncrypted } from '../../../src/importers/export/aegis.ts'
import { formatUriList } from '../../../src/importers/export/uri-list.ts'
import { andOtpEntries, bitwardenVault, protonEntries, stratumBackup, twoFasBackup } from './plain-json.ts'
import { basic, every, json, password, second, strong, type WrittenFile } from './samples.ts'
import { hmac, random, sealCbc, sealGcm, stretchArgon } from './sealing.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** Every format that keeps its entries under a password, with costs low enough for tests. */
export const sealedFiles: readonly WrittenFile[] = [
  {
    format: 'aegis',
    what: 'encrypted',
    password,
    accounts: every,
    write: async () => text(await formatAegisEncrypted(every, password)),
  },
  { format: '2fas', what: 'encrypted', password, accounts: every, write: writeTwoFas },
  { format: 'andotp-encrypted', what: 'new layout', password, accounts: every, write: writeAndOtp },
  {
    format: 'andotp-encrypted',
    what: 'old layout',
    password,
    accounts: every,
    write: () => {
      // The first byte tells it from an OpenPGP message, as it does with all but a few real files.
      const nonce = Buffer.concat([Buffer.of(0x81), random(11)])
      return Buffer.concat([
        nonce,
        sealGcm(createHash('sha256').update(password).digest(), nonce, json(andOtpEntries(every))),
      ])
    },
  },
  { format: 'bitwarden', what: 'under PBKDF2', password, accounts: every, skipped: 1, write: () => writeBitwarden(0) },
  {
    format: 'bitwarden',
    what: 'under Argon2id',
    password,
    accounts: every,
    skipped: 1,
    write: () => writeBitwarden(1),
  },
  { format: 'ente', what: 'encrypted', password, accounts: every, write: writeEnte },
  { format: 'proton', what: 'encrypted', password, accounts: every, write: writeProton },
  { format: 'stratum', what: 'encrypted', password, accounts: every, write: writeStratum },
  { format: 'stratum', what: 'encrypted the old way', password, accounts: every, write: writeLegacyStratum },
  {
    format: 'totp-authenticator',
    what: 'encrypted',
    password,
    accounts: [basic, second],
    write: () => writeTotpAuthenticator([basic, second]),
  },
  {
    format: 'authy',
    what: 'sealed reply',
    password,
    accounts: [basic, { ...strong, algorithm: 'SHA1', periodSeconds: 30 }],
    write: writeAuthy,
  },
]

function writeTwoFas(): Uint8Array {
  const seal = (plain: Uint8Array): string => {
    const [salt, nonce] = [random(256), random(12)]
    const key = pbkdf2Sync(password, salt, 10_000, 32, 'sha256')
    return [sealGcm(key, nonce, plain), salt, nonce].map(base64).join(':')
  }
  const backup = twoFasBackup(every) as { services: unknown }
  return json({
    ...backup,
    services: [],
    servicesEncrypted: seal(json(backup.services)),
    reference: seal(text('reference')),
  })
}

function writeAndOtp(): Uint8Array {
  const rounds = Buffer.alloc(4)
  rounds.writeUInt32BE(1500)
  const [salt, nonce] = [random(12), random(12)]
  const key = pbkdf2Sync(password, salt, 1500, 32, 'sha1')
  return Buffer.concat([rounds, salt, nonce, sealGcm(key, nonce, json(andOtpEntries(every)))])
}

function writeBitwarden(kdfType: 0 | 1): Uint8Array {
  const salt = base64(random(16))
  const master =
    kdfType === 0
      ? pbkdf2Sync(password, salt, 5000, 32, 'sha256')
      : stretchArgon(password, createHash('sha256').update(salt).digest(), 1024, 2, 2)
  const [cipherKey, macKey] = ['enc', 'mac'].map((purpose) => hmac('sha256', master, purpose, Uint8Array.of(1)))
  const seal = (plain: Uint8Array): string => {
    const iv = random(16)
    const sealed = sealCbc(cipherKey ?? master, iv, plain)
    return `2.${[iv, sealed, hmac('sha256', macKey ?? master, iv, sealed)].map(base64).join('|')}`
  }
  const costs = kdfType === 0 ? { kdfIterations: 5000 } : { kdfIterations: 2, kdfMemory: 1, kdfParallelism: 2 }
  const sealed = { encKeyValidation_DO_NOT_EDIT: seal(text('a-uuid')), data: seal(json(bitwardenVault(every))) }
  return json({ encrypted: true, passwordProtected: true, salt, kdfType, ...costs, ...sealed })
}

/** libsodium's secretstream by its parts: one push, whose header is the nonce of the file. */
function writeEnte(): Uint8Array {
  const [salt, header] = [random(16), random(24)]
  const key = stretchArgon(password, salt, 64, 1, 1)
  const message = text(formatUriList(every))
  const subkey = new Uint32Array(8)
  hchacha(words(text('expand 32-byte k')), words(key), words(header.subarray(0, 16)), subkey)
  const nonce = Buffer.concat([Buffer.of(1, 0, 0, 0), header.subarray(16)])
  const stream = (block: number, data: Uint8Array): Uint8Array =>
    chacha20(new Uint8Array(subkey.buffer), nonce, data, undefined, block)
  const tagBlock = stream(1, new Uint8Array(64))
  const sealed = stream(2, message)
  const padding = new Uint8Array((0x10 - 64 + message.length) & 15)
  const lengths = Buffer.alloc(16)
  lengths.writeBigUInt64LE(BigInt(64 + message.length), 8)
  const mac = poly1305(
    Buffer.concat([tagBlock, sealed, padding, lengths]),
    stream(0, new Uint8Array(64)).subarray(0, 32),
  )
  return json({
    version: 1,
    kdfParams: { memLimit: 64 * 1024, opsLimit: 1, salt: base64(salt) },
    encryptedData: base64(Buffer.concat([tagBlock.subarray(0, 1), sealed, mac])),
    encryptionNonce: base64(header),
  })
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer)
}

function writeProton(): Uint8Array {
  const [salt, nonce] = [random(16), random(12)]
  const key = stretchArgon(password, salt, 19_456, 2, 1)
  const sealed = sealGcm(key, nonce, json(protonEntries(every)), 'proton.authenticator.export.v1')
  return json({ version: 1, salt: base64(salt), content: base64(Buffer.concat([nonce, sealed])) })
}

function writeStratum(): Uint8Array {
  const [salt, nonce] = [random(16), random(12)]
  const key = stretchArgon(password, salt, 65_536, 3, 4)
  return Buffer.concat([text('AUTHENTICATORPRO'), salt, nonce, sealGcm(key, nonce, json(stratumBackup(every)))])
}

function writeLegacyStratum(): Uint8Array {
  const [salt, iv] = [random(20), random(16)]
  const key = pbkdf2Sync(password, salt, 64_000, 32, 'sha1')
  return Buffer.concat([text('AuthenticatorPro'), salt, iv, sealCbc(key, iv, json(stratumBackup(every)))])
}

function writeTotpAuthenticator(accounts: readonly OtpAccount[]): Uint8Array {
  const entries = accounts.map((account) => ({
    issuer: account.issuer,
    name: account.name,
    key: Buffer.from(account.secret).toString('hex'),
    base: 16,
    digits: '6',
    period: '30',
  }))
  const outer = json({ [JSON.stringify(entries)]: '1700000000' })
  return text(base64(sealCbc(createHash('sha256').update(password).digest(), new Uint8Array(16), outer)))
}

function writeAuthy(): Uint8Array {
  const tokens = [basic, strong].map((account, index) => {
    const [salt, iv] = [`salt ${index}`, random(16)]
    const key = pbkdf2Sync(password, salt, 1000, 32, 'sha1')
    return {
      name: account.name,
      original_name: `${account.issuer}:${account.name}`,
      digits: account.digits,
      encrypted_seed: base64(sealCbc(key, iv, text(encodeBase32(account.secret)))),
      salt,
      unique_iv: iv.toString('hex'),
      key_derivation_iterations: 1000,
    }
  })
  return json({ authenticator_tokens: tokens })
}
