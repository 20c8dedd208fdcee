import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { engines } from '../support/engines.ts'
import { type KeptSchema, keptSchemas, layOut } from '../support/kept-schema.ts'
import { createOwnDatabase } from '../support/own-database.ts'
import { createStore, initialise, runCommand, type TestStore, type Variables } from '../support/server.ts'

function emptyStore(url?: string): TestStore {
  const store = createStore(url)
  onTestFinished(() => store.remove())
  return store
}

function readyStore(): TestStore {
  const store = emptyStore()
  initialise(store)
  return store
}

async function emptyDatabase(): Promise<string> {
  const database = await createOwnDatabase()
  onTestFinished(() => database.drop())
  return database.url
}

const realms = (variables: Variables, ...args: string[]) => {
  const { stdout } = runCommand(['admin', 'realms', 'list', '--json', ...args], variables)
  return stdout
}

describe('a flag that names a store', () => {
  it('wins over the variables that name a database or a server', async () => {
    const url = await emptyDatabase()
    const { folder } = readyStore()
    const variables = { WATCHWORD_DATABASE_URL: url, WATCHWORD_SERVER: 'http://127.0.0.1:9' }
    initialise(emptyStore(url))
    expect(runCommand(['admin', 'realms', 'create', 'here', '--data-dir', folder], variables).status).toBe(0)
    expect(realms({}, '--data-dir', folder)).toContain('"here"')
    expect(realms({ WATCHWORD_DATABASE_URL: url, WATCHWORD_DATA_DIR: folder })).not.toContain('"here"')
  })

  it('is refused beside one that names a server', () => {
    const { folder } = readyStore()
    const args = ['admin', 'realms', 'list', '--server', 'http://127.0.0.1:9', '--data-dir', folder]
    expect(runCommand(args, {})).toMatchObject({ status: 1, stderr: expect.stringContaining('Keep the one') })
  })
})

describe('a store that moved to another database', () => {
  it('refuses every command but those that read its record, and doctor says so', async () => {
    const { variables, folder } = readyStore()
    expect(runCommand(['migrate', '--to', await emptyDatabase()], variables).status).toBe(0)
    const changing = [
      ['admin', 'realms', 'create', 'shop'],
      ['keys', 'rotate'],
      ['keys', 'status'],
      ['audit', 'prune', '--before', '2020-01-01', '--yes'],
      ['backup', 'create', join(folder, 'late.backup')],
    ]
    for (const command of changing) {
      const { status, stderr } = runCommand(command, variables)
      expect([command, status, stderr]).toMatchObject([
        command,
        1,
        expect.stringContaining('moved to another database'),
      ])
    }
    expect(existsSync(join(folder, 'late.backup'))).toBe(false)
    expect(runCommand(['audit', 'verify'], variables).status).toBe(0)
    expect(runCommand(['audit', 'export'], variables).status).toBe(0)
    const { status, stdout } = runCommand(['doctor'], variables)
    expect([status, stdout]).toEqual([1, expect.stringMatching(/^error +database: .*moved to another database/m)])
  })
})

describe('a database that is empty', () => {
  const looking = [['doctor'], ['keys', 'status'], ['audit', 'list'], ['admin', 'realms', 'list']]

  it('stays empty under commands that look, and can be moved or restored into', async () => {
    const url = await emptyDatabase()
    const store = readyStore()
    const newKey = join(store.folder, 'new.key')
    for (const command of looking) {
      const { status, stdout, stderr } = runCommand([...command, '--database-url', url], {
        WATCHWORD_ROOT_KEY_FILE: newKey,
      })
      expect([command, status, stdout + stderr]).toEqual([command, 1, expect.stringContaining('is empty')])
    }
    expect(existsSync(newKey)).toBe(false)
    expect(runCommand(['migrate', '--to', url], store.variables).status).toBe(0)
  })

  it('is told where the file was lost, and not filled', () => {
    const { folder, variables } = emptyStore()
    writeFileSync(join(folder, 'watchword.db'), '')
    for (const command of looking) expect(runCommand(command, variables).status, command.join(' ')).toBe(1)
    expect(readdirSync(folder)).toEqual(['watchword.db'])
  })

  it('is no longer one once a server or init began a store there: a copy is not written into it', async () => {
    const store = readyStore()
    const begun = emptyStore(await emptyDatabase())
    initialise(begun)
    const { status, stderr } = runCommand(
      ['migrate', '--to', String(begun.variables['WATCHWORD_DATABASE_URL'])],
      store.variables,
    )
    expect([status, stderr]).toEqual([1, expect.stringContaining('not empty')])
  })
})

describe.each(keptSchemas())('a store of schema $schemaVersion', (kept: KeptSchema) => {
  it.each(engines)('on $name is upgraded by no command, but can be backed up and its audit read', async (engine) => {
    const place = await engine.freshPlace()
    await layOut(kept, place)
    const folder = mkdtempSync(join(tmpdir(), 'watchword-older-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const variables = { WATCHWORD_ROOT_KEY: kept.rootKey, ...variablesOf(place) }
    const backup = join(folder, 'before.backup')
    for (const command of [
      ['keys', 'status'],
      ['audit', 'list'],
      ['admin', 'realms', 'list'],
      ['admin', 'ungleichotp', 'bootstrap', '--name', 'root'],
    ]) {
      const { status, stderr } = runCommand(command, variables)
      expect([status, stderr]).toEqual([1, expect.stringContaining(`is of schema ${kept.schemaVersion}`)])
    }
    for (const command of [
      ['audit', 'verify'],
      ['backup', 'create', backup],
      ['backup', 'drill', backup],
    ])
      expect(runCommand(command, variables), command.join(' ')).toMatchObject({ status: 0 })
    expect(runCommand(['restore', backup], variables).stderr).toContain('not empty')
    expect(runCommand(['doctor'], variables).stdout).toMatch(/^warning +schema: /m)
    if (place.dataDir !== undefined) expect(userVersion(place.dataDir)).toBe(kept.schemaVersion)
    const brought = { ...variables, WATCHWORD_DATABASE_URL: '', WATCHWORD_DATA_DIR: join(folder, 'restored') }
    expect(runCommand(['restore', backup], brought).status).toBe(0)
    expect(runCommand(['audit', 'verify'], brought).status).toBe(0)
  })
})

function variablesOf({ url, dataDir }: { url?: string; dataDir?: string }): Variables {
  return url === undefined ? { WATCHWORD_DATA_DIR: String(dataDir) } : { WATCHWORD_DATABASE_URL: url }
}

function userVersion(dataDir: string): unknown {
  const database = new DatabaseSync(join(dataDir, 'watchword.db'), { readOnly: true })
  const version = database.prepare('pragma user_version').get()?.['user_version']
  database.close()
  return version
}
