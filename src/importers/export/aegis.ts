import { createCipheriv, randomBytes, randomUUID, scrypt } from 'node:crypto'
import type { OtpAccount } from '../../otp/account.ts'
import { encodeBase32 } from '../../otp/base32.ts'

const scryptParameters = { n: 32_768, r: 8, p: 1 } as const
const scryptMemoryBytes = 64 * 1024 * 1024

/** A plain vault of Aegis. */
export function formatAegis(accounts: readonly OtpAccount[]): string {
  const header = { slots: null, params: null }
  return `${JSON.stringify({ version: 1, header, db: databaseOf(accounts) }, null, 4)}\n`
}

/** A vault of Aegis under a password: scrypt, then AES-256-GCM for a master key and for the entries. */
export async function formatAegisEncrypted(accounts: readonly OtpAccount[], password: string): Promise<string> {
  const masterKey = randomBytes(32)
  const salt = randomBytes(32)
  const slotKey = seal(await stretch(password, salt), masterKey)
  const database = seal(masterKey, Buffer.from(JSON.stringify(databaseOf(accounts))))
  const slot = {
    type: 1,
    uuid: randomUUID(),
    key: slotKey.sealed.toString('hex'),
    key_params: slotKey.parameters,
    ...scryptParameters,
    salt: salt.toString('hex'),
    repaired: true,
  }
  const header = { slots: [slot], params: database.parameters }
  return `${JSON.stringify({ version: 1, header, db: database.sealed.toString('base64') }, null, 4)}\n`
}

function databaseOf(accounts: readonly OtpAccount[]): unknown {
  const groups = new Map(accounts.flatMap(({ tags }) => tags).map((tag) => [tag, { uuid: randomUUID(), name: tag }]))
  const entries = accounts.map((account) => ({
    type: account.type,
    uuid: randomUUID(),
    name: account.name,
    issuer: account.issuer,
    note: account.note ?? '',
    favorite: false,
    icon: null,
    info: {
      secret: encodeBase32(account.secret),
      algo: account.algorithm,
      digits: account.digits,
      ...(account.type === 'hotp' ? { counter: account.counter } : { period: account.periodSeconds }),
    },
    groups: account.tags.map((tag) => groups.get(tag)?.uuid),
  }))
  return { version: 3, entries, groups: [...groups.values()] }
}

function stretch(password: string, salt: Uint8Array): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const { n, r, p } = scryptParameters
  scrypt(password, salt, 32, { N: n, r, p, maxmem: scryptMemoryBytes }, (error, key) => {
    if (error === null) resolve(key)
    else reject(error)
  })
  return promise
}

function seal(key: Uint8Array, plain: Uint8Array): { sealed: Buffer; parameters: { nonce: string; tag: string } } {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return { sealed, parameters: { nonce: nonce.toString('hex'), tag: cipher.getAuthTag().toString('hex') } }
}
