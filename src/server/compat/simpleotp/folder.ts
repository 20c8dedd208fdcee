import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../../errors/failure.ts'
import { decodeBase32 } from '../../../otp/base32.ts'

/** A login user of simpleotp, ready to be taken over. */
export interface SimpleotpUser {
  readonly username: string
  /** `$pbkdf2-sha256$i=10000$salt$hash`, as our login understands it. */
  readonly legacyPassphrase: string
  readonly secret: Uint8Array
}

/** What a folder of simpleotp holds. */
export interface SimpleotpFolder {
  readonly users: readonly SimpleotpUser[]
  /** The one secret of the program simpleotp was made from, when there are no users beside it. */
  readonly loneSecret: Uint8Array | null
  readonly refused: readonly { readonly username: string; readonly reason: string }[]
  /** Files of simpleotp's agent, which `watchword import` reads. */
  readonly agentFiles: number
}

/** PBKDF2-HMAC-SHA256 as simpleotp computes it. */
const iterations = 10_000
const hashBytes = 32

/**
 * Reads simpleotp's folder of users: `.salt_NAME`, `.password_NAME_secret` and `.totp_NAME_secret` each; a secret
 * without a salt beside it, or in OpenPGP, belongs to its agent.
 *
 * @throws {@link Failure} `file_unreadable`
 */
export function readSimpleotpFolder(folder: string): SimpleotpFolder {
  const names = listFolder(folder)
  const users: SimpleotpUser[] = []
  const refused: { username: string; reason: string }[] = []
  const usernames = names.filter((name) => name.startsWith('.salt_')).map((name) => name.slice('.salt_'.length))
  for (const username of usernames.toSorted()) {
    const user = readUser(folder, username)
    if (typeof user === 'string') refused.push({ username, reason: user })
    else users.push(user)
  }
  const known = new Set(usernames.map((username) => `.totp_${username}_secret`))
  const agentFiles = names.filter((name) => /^\.totp_.+_secret$/.test(name) && !known.has(name)).length
  const lone = join(folder, '.totp_secret')
  const loneSecret = usernames.length === 0 && existsSync(lone) ? decodedSecret(readText(lone)) : null
  return { users, loneSecret, refused, agentFiles }
}

function readUser(folder: string, username: string): SimpleotpUser | string {
  const read = (name: string) => (existsSync(join(folder, name)) ? readText(join(folder, name)).trim() : '')
  const salt = read(`.salt_${username}`)
  const hash = read(`.password_${username}_secret`)
  const seed = read(`.totp_${username}_secret`)
  if (Buffer.from(salt, 'base64').length === 0) return 'its salt is not Base64'
  if (Buffer.from(hash, 'base64').length !== hashBytes) return `its password hash has not ${hashBytes} bytes`
  if (seed.startsWith('-----BEGIN PGP MESSAGE-----')) return 'its secret is in OpenPGP and belongs to the agent'
  const secret = decodedSecret(seed)
  if (secret === null) return 'its secret is not Base32'
  return { username, legacyPassphrase: `$pbkdf2-sha256$i=${iterations}$${salt}$${hash}`, secret }
}

function decodedSecret(text: string): Uint8Array | null {
  try {
    return decodeBase32(text)
  } catch {
    return null
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file: folder }, cause })
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file }, cause })
  }
}
