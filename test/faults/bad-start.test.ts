import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { hash, randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { schemaVersion } from '../../src/server/database/migrations/migrations.ts'
import { createStore, initialise, runCommand, type TestStore } from '../support/server.ts'

// Bad operation gets one sentence on standard error, a non-zero exit, and changes nothing (law 8).
describe('a server that cannot start says why', () => {
  let store: TestStore

  beforeEach(() => {
    store = createStore()
  })
  afterEach(() => store.remove())

  const serve = (variables: Readonly<Record<string, string>> = {}, args: readonly string[] = ['--port', '0']) =>
    runCommand(['serve', ...args], { ...store.variables, ...variables })
  const contents = () =>
    Object.fromEntries(
      readdirSync(store.folder)
        .filter((name) => !name.endsWith('-shm'))
        .map((name) => [name, hash('sha256', readFileSync(join(store.folder, name)))]),
    )

  it('a configuration with three mistakes hears of all three', () => {
    const mistakes = {
      WATCHWORD_PORT: 'eight',
      WATCHWORD_PUBLIC_URL: 'codes.example.com',
      WATCHWORD_TRUSTED_PROXIES: '10.0.0.0/99',
    }
    const { status, stderr } = serve(mistakes, [])
    expect(status).not.toBe(0)
    for (const name of Object.keys(mistakes)) expect(stderr).toContain(name)
    expect(readdirSync(store.folder)).toEqual([])
  })

  it('flags pass the same checks as variables, and every mistake is told with the others', () => {
    const certificate = join(store.folder, 'no.pem')
    writeFileSync(certificate, 'nothing')
    const flags = ['--port', '99999', '--tls-cert', '/nope', '--tls-key', certificate]
    const { status, stderr } = serve({ WATCHWORD_PORT: 'abc' }, flags)
    expect(status).toBe(1)
    for (const mistake of [
      'WATCHWORD_PORT is',
      '--port is a whole number',
      '/nope is not there',
      'no.pem does not hold',
    ])
      expect(stderr).toContain(mistake)
    for (const port of ['-1', '0x50', ' ', '1e3'])
      expect(serve({}, [`--port=${port}`]).stderr).toContain('whole number')
  })

  it('an address for mail that none could be sent to is told, without its passphrase', () => {
    for (const url of ['http://u:geheim@mail', 'smtp://u:ge/heim@mail', 'smtp://u:ge#heim@mail']) {
      const { status, stderr } = serve({ WATCHWORD_SMTP_URL: url }, [])
      expect(status).toBe(1)
      expect(stderr).toContain('WATCHWORD_SMTP_URL')
      expect(stderr).not.toContain('heim')
    }
  })

  it('the listener that failed is the one that is named', () => {
    initialise(store)
    const gate = serve({ WATCHWORD_GATE_LISTEN: 'unix:/nope/sock' }).stderr
    expect(gate).toMatch(/^watchword: The gate cannot listen on unix:\/nope\/sock .*WATCHWORD_GATE_LISTEN/m)
    expect(serve({ WATCHWORD_HOST: 'no-such-host.invalid' }).stderr).toContain('cannot listen on no-such-host.invalid')
  })

  it('a port in use is named', async () => {
    initialise(store)
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { status, stderr } = serve({}, ['--port', port])
    other.close()
    expect(status).not.toBe(0)
    expect(stderr).toContain(`Port ${port} is taken`)
  })

  // Nobody, not even root, makes a folder in /sys.
  it.each(['a-file/data', '/sys/watchword', '/proc/watchword'])(
    'a data directory that cannot be made is named: %s',
    (path) => {
      writeFileSync(join(store.folder, 'a-file'), '')
      const folder = resolve(store.folder, path)
      const { status, stderr } = serve({ WATCHWORD_DATA_DIR: folder })
      expect(status).not.toBe(0)
      expect(stderr).toMatch(
        new RegExp(`^watchword: The data directory ${folder} cannot be made \\(.*\\)\\. Choose another`),
      )
      expect(stderr.trim().split('\n')).toHaveLength(1)
    },
  )

  it('a database one version too new is left untouched', () => {
    initialise(store)
    const file = readdirSync(store.folder).find((name) => name.endsWith('.db')) ?? ''
    const database = new DatabaseSync(join(store.folder, file))
    database.exec(`pragma user_version = ${schemaVersion + 1}`)
    database.exec('pragma wal_checkpoint(truncate)')
    database.close()
    const before = contents()
    const { status, stderr } = serve()
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/^watchword: .*newer Watchword/)
    expect(contents()).toMatchObject(before)
  })

  it('T70 a missing root key is asked for, and none is made in its place', () => {
    initialise(store)
    const key = join(store.folder, 'watchword.key')
    rmSync(key)
    const { status, stderr } = serve()
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/root key .* is not there/)
    expect(existsSync(key)).toBe(false)
  })

  it('T70 a wrong root key is refused and nothing is written', () => {
    initialise(store)
    const before = contents()
    const { status, stderr } = serve({ WATCHWORD_ROOT_KEY: randomBytes(32).toString('base64') })
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/does not open this database/)
    expect(contents()).toMatchObject(before)
  })

  it('T69 a key of zeros or of one repeated byte is no key', () => {
    for (const byte of [0, 65]) {
      const { status, stderr } = serve({ WATCHWORD_ROOT_KEY: Buffer.alloc(32, byte).toString('base64') })
      expect(status).not.toBe(0)
      expect(stderr).toMatch(/root key/)
    }
    expect(readdirSync(store.folder).filter((name) => name.endsWith('.db-wal'))).toEqual([])
  })

  it('a folder where a file should be is told, not stumbled over', () => {
    mkdirSync(join(store.folder, 'watchword.key'))
    const { status, stderr } = serve()
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/^watchword: /)
  })
})
