import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../../src/cli/agent/store/store.ts'
import { forgetStoredKey, withStoredKey } from '../../../src/cli/aws/cache-key.ts'
import { cacheName, awsPaths, type AwsPaths } from '../../../src/cli/aws/paths.ts'
import { readCached, writeCached } from '../../../src/cli/aws/credential-cache.ts'
import { fakeTerminal } from '../../support/aws/fake-terminal.ts'
import { describeWith } from '../../support/programs.ts'
import { filesBelow } from '../../support/canary.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const name = cacheName('/settings.json', 'arn:aws:iam::123456789012:role/Admin')

describeWith(['gpg'], 'the key of the cache where no folder in memory can hold it', () => {
  let home: AgentHome
  let paths: AwsPaths
  beforeEach(async () => {
    home = makeAgentHome()
    paths = { ...awsPaths(home.env, {}, 'linux'), keyFolders: [join(home.path, 'missing', 'watchword')] }
  })
  afterEach(() => home.remove())

  const store = () => openStore(fakeTerminal(home.env, []).context, {}, { gpgAsksNothing: true })
  const addAccount = () => home.run(['add', 'x', '--secret', '-'], { input: 'JBSWY3DPEHPK3PXP' })

  it('a8 lies in the agent’s store, so that the cache is sealed there as well', async () => {
    await addAccount()
    const placed = await withStoredKey(store(), paths)
    expect(writeCached(placed, name, { secretAccessKey: 'wJalrXUtnFEMI' })).toBe(true)
    expect(readCached(await withStoredKey(store(), paths), name)).toEqual({ secretAccessKey: 'wJalrXUtnFEMI' })
    expect(readCached(paths, name)).toBeNull()
    const key = placed.storedKey ?? expect.fail('there is a key')
    const files = Object.values({ ...filesBelow(home.data), ...filesBelow(paths.cacheFolder) })
    expect(files.length).toBeGreaterThan(1)
    for (const bytes of files) {
      expect(bytes.includes(key)).toBe(false)
      expect(bytes.includes(key.toString('base64'))).toBe(false)
    }
  })

  it('is one for many processes that make it at once', async () => {
    await addAccount()
    const placed = await Promise.all(Array.from({ length: 6 }, () => withStoredKey(store(), paths)))
    expect(new Set(placed.map(({ storedKey }) => storedKey?.toString('hex'))).size).toBe(1)
  })

  it('is gone after `clear`, and what it sealed with it', async () => {
    await addAccount()
    writeCached(await withStoredKey(store(), paths), name, { a: 1 })
    await forgetStoredKey(store())
    expect(readCached(await withStoredKey(store(), paths), name)).toBeNull()
  })

  it('is not made without a store, nor while the store is locked: then nothing is cached', async () => {
    expect((await withStoredKey(store(), paths)).storedKey).toBeUndefined()
    await addAccount()
    writeFileSync(`${home.store}.values`, 'not a sealed file')
    expect((await withStoredKey(store(), paths)).storedKey).toBeUndefined()
  })

  it('is not asked of the store where a folder holds one', async () => {
    await addAccount()
    mkdirSync(join(home.path, 'run'))
    const inMemory = { ...paths, keyFolders: [join(home.path, 'run', 'watchword')] }
    expect((await withStoredKey(store(), inMemory)).storedKey).toBeUndefined()
    expect(writeCached(inMemory, name, { a: 1 })).toBe(true)
  })
})
