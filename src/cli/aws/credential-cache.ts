import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { AwsPaths } from './paths.ts'

/** Credentials as they lie in the cache. */
export interface CachedCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

const nonceBytes = 12
const tagBytes = 16
const minuteMs = 60_000
// AWS's SDKs ask anew below 15 minutes; a minute more for the journey and the clocks.
const headroomMs = 16 * minuteMs
const keyFile = 'aws-cache.key'

/**
 * Whether credentials may still be handed out.
 *
 * SDKs call again while less than 15 minutes are left, so that is the least to give; sessions that never had as much
 * are given until their last minute.
 */
export function isFreshEnough(cached: CachedCredentials, nowMs: number, minTtlMs = 0): boolean {
  const isShortLived = cached.expiresAtMs - cached.issuedAtMs <= headroomMs
  return cached.expiresAtMs - nowMs > Math.max(isShortLived ? minuteMs : headroomMs, minTtlMs)
}

/**
 * A value from the cache; null when it is missing, damaged, or sealed under a key of an earlier login.
 *
 * @param name - as `cacheName` makes it; a file renamed to another name does not open
 */
export function readCached<T>(paths: AwsPaths, name: string): T | null {
  try {
    const key = readKey(paths) ?? paths.storedKey
    if (key === undefined) return null
    const sealed = readFileSync(join(paths.cacheFolder, name))
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(-tagBytes))
    const plain = Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()])
    return JSON.parse(plain.toString('utf8')) as T
  } catch {
    // A cache that cannot be read costs one sign-in, never a failure.
    return null
  }
}

/**
 * Seals a value into the cache.
 *
 * @returns false where nothing can keep the key, or the disk does not take it: what was obtained counts all the same
 */
export function writeCached(paths: AwsPaths, name: string, value: unknown): boolean {
  const key = readKey(paths) ?? makeKey(paths) ?? paths.storedKey
  if (key === undefined) return false
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
  const sealed = Buffer.concat([
    nonce,
    cipher.update(JSON.stringify(value), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  const temporary = join(paths.cacheFolder, `.${name}.${process.pid}.${randomBytes(4).toString('hex')}`)
  try {
    mkdirSync(paths.cacheFolder, { recursive: true, mode: 0o700 })
    writeFileSync(temporary, sealed, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, join(paths.cacheFolder, name))
    return true
  } catch {
    return false
  } finally {
    removeIfThere(temporary)
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // A folder that cannot be used holds nothing of ours.
  }
}

/** Whether the key lies in a folder in memory, where it is made if need be. */
export function hasKeyFolder(paths: AwsPaths): boolean {
  return (readKey(paths) ?? makeKey(paths)) !== null
}

/** Removes one value from the cache. */
export function dropCached(paths: AwsPaths, name: string): void {
  rmSync(join(paths.cacheFolder, name), { force: true })
}

/** Removes the whole cache and its key, so that nothing that was copied away opens any more. */
export function clearCache(paths: AwsPaths): void {
  rmSync(paths.cacheFolder, { recursive: true, force: true })
  for (const folder of paths.keyFolders) rmSync(join(folder, keyFile), { force: true })
}

function readKey(paths: AwsPaths): Buffer | null {
  for (const folder of paths.keyFolders) {
    const path = join(folder, keyFile)
    if (!isOwn(path)) continue
    const key = readFileSync(path)
    if (key.length === 32) return key
  }
  return null
}

function makeKey(paths: AwsPaths): Buffer | null {
  for (const folder of paths.keyFolders) {
    try {
      makeOwnFolder(folder)
      const path = join(folder, keyFile)
      const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
      writeFileSync(temporary, randomBytes(32), { mode: 0o600, flag: 'wx' })
      linkOnce(temporary, path)
      return readKey(paths)
    } catch {
      // This folder cannot be used: the next may.
    }
  }
  return null
}

/** Gives the key its name unless another process was first: then both use the other's. */
function linkOnce(temporary: string, path: string): void {
  try {
    if (existsSync(path) && readFileSync(path).length !== 32) unlinkSync(path)
    linkSync(temporary, path)
  } catch (thrown) {
    if (!existsSync(path)) throw thrown
  } finally {
    unlinkSync(temporary)
  }
}

function makeOwnFolder(folder: string): void {
  const parent = dirname(folder)
  if (!existsSync(parent)) throw new Error('There is no such runtime folder')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!isOwn(folder)) chmodSync(folder, 0o700)
}

/** Whether a file or folder is ours and nobody else's. Windows keeps the profile folder private by itself. */
function isOwn(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return false
  if (process.platform === 'win32') return true
  return stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0
}
