import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { newRootKey, rootKeyText } from '../../src/crypto/root-key.ts'
import { describeWhere } from '../support/programs.ts'
import { createStore, initialise, runCommand, type TestStore } from '../support/server.ts'

function readyStore(): TestStore {
  const store = createStore()
  onTestFinished(() => store.remove())
  initialise(store)
  return store
}

const keyOf = ({ folder }: TestStore) => join(folder, 'watchword.key')

describe('a root key that is rotated', () => {
  it('stays beside its file for the backups it sealed, and the output says so', () => {
    const store = readyStore()
    const backup = join(store.folder, 'first.backup')
    runCommand(['backup', 'create', backup], store.variables)
    const old = readFileSync(keyOf(store), 'utf8')
    const { status, stdout, stderr } = runCommand(['keys', 'rotate', '--root'], store.variables)
    const kept = `${keyOf(store)}.${/it was (\w+)/.exec(stdout)?.[1]}`
    expect([status, stderr]).toEqual([0, expect.stringContaining(`it is kept in ${kept}`)])
    expect(stderr).toContain('Write a new backup')
    expect([readFileSync(kept, 'utf8'), statSync(kept).mode & 0o777]).toEqual([old, 0o600])
    expect(runCommand(['backup', 'check', backup], store.variables).status).toBe(0)
    expect(runCommand(['backup', 'drill', backup], store.variables).status).toBe(0)

    const restored = join(store.folder, 'restored')
    const into = { WATCHWORD_DATA_DIR: restored, WATCHWORD_ROOT_KEY_FILE: keyOf(store) }
    const refused = runCommand(['restore', backup], into)
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining(`WATCHWORD_ROOT_KEY_FILE=${kept}`) })
    expect(existsSync(restored)).toBe(false)
    expect(runCommand(['restore', backup], { ...into, WATCHWORD_ROOT_KEY_FILE: kept }).status).toBe(0)
  })

  it('is rewritten where a link leads, and the link stays', () => {
    const store = readyStore()
    const vault = mkdtempSync(join(tmpdir(), 'watchword-vault-'))
    onTestFinished(() => rmSync(vault, { recursive: true, force: true }))
    const real = join(vault, 'root.key')
    renameSync(keyOf(store), real)
    symlinkSync(real, keyOf(store))
    const before = readFileSync(real, 'utf8')
    expect(runCommand(['keys', 'rotate', '--root'], store.variables).status).toBe(0)
    expect(lstatSync(keyOf(store)).isSymbolicLink()).toBe(true)
    expect(readFileSync(real, 'utf8')).not.toBe(before)
    expect(readdirSync(vault)).toHaveLength(2)
    expect(runCommand(['keys', 'status'], store.variables).status).toBe(0)
  })

  it('is taken from a file of mode 0600 into the key file, so that the store opens with it', () => {
    const store = readyStore()
    const given = join(store.folder, 'new.key')
    writeFileSync(given, rootKeyText(newRootKey()), { mode: 0o644 })
    const rotate = () => runCommand(['keys', 'rotate', '--root', '--new-root-key-file', given], store.variables)
    expect(rotate()).toMatchObject({ status: 1, stderr: expect.stringContaining('chmod 600') })
    chmodSync(given, 0o600)
    expect(rotate().status).toBe(0)
    expect(readFileSync(keyOf(store), 'utf8').trim()).toBe(readFileSync(given, 'utf8').trim())
    expect(runCommand(['keys', 'status'], store.variables).status).toBe(0)
  })
})

const service = 65_534
describeWhere(process.getuid?.() === 0, 'the rights of root', "files made by root in a service's folder", () => {
  it('are the service’s: key, old key and database', () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    chownSync(store.folder, service, service)
    initialise(store)
    expect(runCommand(['keys', 'rotate', '--root'], store.variables).status).toBe(0)
    const owners = readdirSync(store.folder).map((name) => [name, statSync(join(store.folder, name)).uid])
    expect(owners.length).toBeGreaterThan(2)
    expect(owners.filter(([, uid]) => uid !== service)).toEqual([])
  })
})
