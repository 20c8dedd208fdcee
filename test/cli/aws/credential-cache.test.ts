import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clearCache, isFreshEnough, readCached, writeCached } from '../../../src/cli/aws/credential-cache.ts'
import { longestKnown, rememberLongest } from '../../../src/cli/aws/role-durations.ts'
import { awsPaths, cacheName, type AwsPaths } from '../../../src/cli/aws/paths.ts'

let folder: string
let paths: AwsPaths
const name = cacheName('/settings.json', 'arn:aws:iam::123456789012:role/Admin')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ww-cache-'))
  mkdirSync(join(folder, 'run'), { mode: 0o700 })
  paths = awsPaths({ HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run') }, {}, 'linux')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the cache of credentials', () => {
  it('a8 lies sealed, for its owner only, under a key in the runtime folder', () => {
    expect(writeCached(paths, name, { secretAccessKey: 'wJalrXUtnFEMI' })).toBe(true)
    expect(readCached(paths, name)).toEqual({ secretAccessKey: 'wJalrXUtnFEMI' })
    expect(readFileSync(join(paths.cacheFolder, name)).includes('wJalrXUtnFEMI')).toBe(false)
    expect(statSync(join(paths.cacheFolder, name)).mode & 0o777).toBe(0o600)
    expect(statSync(paths.cacheFolder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'run', 'watchword', 'aws-cache.key')).mode & 0o777).toBe(0o600)
  })

  it('does not open under another name, altered, cut, or with another key', () => {
    writeCached(paths, name, { a: 1 })
    const file = join(paths.cacheFolder, name)
    const whole = readFileSync(file)
    renameSync(file, join(paths.cacheFolder, 'other'))
    expect(readCached(paths, 'other')).toBeNull()
    for (const broken of [whole.subarray(0, 20), Buffer.alloc(0), whole.with(14, (whole[14] ?? 0) ^ 1)]) {
      writeFileSync(file, broken)
      expect(readCached(paths, name)).toBeNull()
    }
    writeFileSync(file, whole)
    expect(readCached(paths, name)).toEqual({ a: 1 })
    writeFileSync(join(folder, 'run', 'watchword', 'aws-cache.key'), Buffer.alloc(32))
    expect(readCached(paths, name)).toBeNull()
  })

  it('that cannot be written loses nothing but itself: what was obtained still counts', () => {
    mkdirSync(join(folder, '.cache'))
    writeFileSync(join(folder, '.cache', 'watchword'), 'a file in the place of a folder')
    expect(writeCached(paths, name, { a: 1 })).toBe(false)
    expect(readCached(paths, name)).toBeNull()
    mkdirSync(join(folder, '.local'))
    writeFileSync(join(folder, '.local', 'state'), 'a file in the place of a folder')
    expect(() => rememberLongest(paths, 'arn:aws:iam::123456789012:role/Admin', 3600)).not.toThrow()
    expect(longestKnown(paths, 'arn:aws:iam::123456789012:role/Admin')).toBeNull()
  })

  it('is deleted without harm, and clear removes the key as well', () => {
    writeCached(paths, name, { a: 1 })
    rmSync(paths.cacheFolder, { recursive: true })
    expect(readCached(paths, name)).toBeNull()
    writeCached(paths, name, { a: 2 })
    clearCache(paths)
    expect(readdirSync(join(folder, 'run', 'watchword'))).toEqual([])
    expect(readCached(paths, name)).toBeNull()
  })

  it('does not trust a key that others can read', () => {
    writeCached(paths, name, { a: 1 })
    chmodSync(join(folder, 'run', 'watchword', 'aws-cache.key'), 0o644)
    expect(readCached(paths, name)).toBeNull()
  })

  it('writes nothing where no folder can hold the key', () => {
    const nowhere = { ...paths, keyFolders: [join(folder, 'missing', 'watchword')] }
    expect(writeCached(nowhere, name, { a: 1 })).toBe(false)
    expect(readCached(nowhere, name)).toBeNull()
  })
})

describe('isFreshEnough', () => {
  const minute = 60_000
  const cached = (lifeMinutes: number) => ({
    accessKeyId: '',
    secretAccessKey: '',
    sessionToken: '',
    issuedAtMs: 0,
    expiresAtMs: lifeMinutes * minute,
  })

  it('b10 wants more than 15 minutes left, because the SDKs ask again below that', () => {
    expect(isFreshEnough(cached(60), 43 * minute)).toBe(true)
    expect(isFreshEnough(cached(60), 45 * minute)).toBe(false)
  })

  it('gives sessions of 15 minutes until their last one', () => {
    expect(isFreshEnough(cached(15), 13 * minute)).toBe(true)
    expect(isFreshEnough(cached(15), 14.5 * minute)).toBe(false)
  })

  it('b11 wants as much as a long job needs', () => {
    expect(isFreshEnough(cached(60), 10 * minute, 45 * minute)).toBe(true)
    expect(isFreshEnough(cached(60), 20 * minute, 45 * minute)).toBe(false)
  })
})
