import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32, encodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { canaryOf, leaks } from '../support/canary.ts'
import { engines } from '../support/engines.ts'
import { migratePostgres } from '../../src/server/database/migrate-postgres.ts'
import { createOwnDatabase, holdSubjectStates } from '../support/own-database.ts'
import {
  caller,
  createStore,
  initialise,
  runCommand,
  startCommand,
  startTestServer,
  type TestStore,
} from '../support/server.ts'
import { until } from '../support/until.ts'

let store: TestStore
let rootToken: string
let file: string
let advice: string
const secret = encodeBase32(randomBytes(20))

beforeAll(async () => {
  store = createStore()
  rootToken = initialise(store).rootToken
  file = join(store.folder, 'store.backup')
  const server = await startTestServer(store.variables)
  const root = caller(server, rootToken)
  await root('POST', '/v1/accounts', {
    label: 'shared',
    secretBase32: secret,
    grants: [{ grantee: 'everyone', right: 'reveal' }],
  })
  await root('POST', '/v1/realms', { name: 'shop' })
  await root('POST', '/v1/realms/shop/subjects', { name: 'bob' })
  const { body } = await root('POST', '/v1/realms/shop/subjects/bob/enrolment')
  await root('POST', '/v1/realms/shop/subjects/bob/verify', {
    code: totp(decodeBase32(String(body['secretBase32'])), Date.now()),
  })
  // While the server runs: a backup asks nobody to stop.
  advice = runCommand(['backup', 'create', file], store.variables).stderr
  await server.stop()
})
afterAll(() => store.remove())

/** A second data directory with the root key of the first. */
function elsewhere(): TestStore {
  const other = createStore()
  onTestFinished(() => other.remove())
  return { ...other, variables: { ...other.variables, WATCHWORD_ROOT_KEY_FILE: join(store.folder, 'watchword.key') } }
}

describe('a backup', () => {
  it('holds neither secrets nor the root key in the clear, and says to keep that key', () => {
    expect(advice).toContain('root key')
    const bytes = readFileSync(file)
    const key = readFileSync(join(store.folder, 'watchword.key'), 'utf8').trim()
    expect(leaks([canaryOf(secret)], { backup: bytes })).toEqual([])
    expect(bytes.includes(key)).toBe(false)
  })

  it('is proven whole, and passes the drill without showing a code', () => {
    expect(JSON.parse(runCommand(['backup', 'check', file, '--json'], store.variables).stdout).counts).toMatchObject({
      account: 1,
      person: 1,
    })
    const { status, stdout } = runCommand(['backup', 'drill', file, '--json'], store.variables)
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, passed: true, codes: 3, different: [] })
  })

  it('tells in the drill what was changed, removed and added since, and does not take it for a fault', async () => {
    const later = createStore()
    onTestFinished(() => later.remove())
    const token = initialise(later).rootToken
    const server = await startTestServer(later.variables)
    onTestFinished(() => server.stop())
    const call = caller(server, token)
    const add = async (label: string) => {
      const secretBase32 = encodeBase32(randomBytes(20))
      return String((await call('POST', '/v1/accounts', { label, secretBase32 })).body['id'])
    }
    const replaced = await add('replaced')
    await add('kept')
    const path = join(later.folder, 'early.backup')
    expect(runCommand(['backup', 'create', path], later.variables).status).toBe(0)
    await call('PUT', `/v1/accounts/${replaced}/secret`, { secretBase32: encodeBase32(randomBytes(20)) })
    await add('added')
    const { status, stdout } = runCommand(['backup', 'drill', path], later.variables)
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^Passed: 2 codes/)])
    expect(stdout).toContain(`Changed since the backup (1): account replaced (${replaced})`)
    expect(stdout).toContain('Not in it: 1 secret added since.')
    expect(stdout).toMatch(/audit chain of \d+ events verifies/)
  })

  it('is not called sound when the audit in it was altered', () => {
    const other = elsewhere()
    expect(runCommand(['restore', file], other.variables).status).toBe(0)
    const database = new DatabaseSync(join(other.folder, 'watchword.db'))
    database.exec(`update audit_event set body = replace(body, '"done"', '"denied"') where sequence = 3`)
    database.close()
    const path = join(other.folder, 'altered.backup')
    expect(runCommand(['backup', 'create', path], other.variables).status).toBe(0)
    for (const command of ['check', 'drill']) {
      const { status, stdout } = runCommand(['backup', command, path], other.variables)
      expect([command, status, stdout]).toEqual([command, 1, expect.stringContaining('event 3 was altered')])
    }
  })

  it('comes back in an empty folder with its chain whole and its tokens working', async () => {
    const other = elsewhere()
    expect(runCommand(['restore', file], other.variables).status).toBe(0)
    expect(runCommand(['audit', 'verify'], other.variables).status).toBe(0)
    const server = await startTestServer(other.variables)
    onTestFinished(() => server.stop())
    const { body } = await caller(server, rootToken)('GET', '/v1/accounts')
    expect(body['items']).toMatchObject([{ label: 'shared' }])
  })

  it.each([
    ['one bit differs', (bytes: Buffer) => bytes.writeUInt8((bytes.at(-40) ?? 0) ^ 1, bytes.length - 40)],
    ['the end is missing', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    ['nothing is there', () => Buffer.alloc(0)],
  ])('is refused when %s, and nothing is made', (_name, damage) => {
    const other = elsewhere()
    const bytes = readFileSync(file)
    const damaged = damage(bytes)
    const path = join(other.folder, 'damaged')
    writeFileSync(path, Buffer.isBuffer(damaged) ? damaged : bytes)
    const { status, stderr } = runCommand(['restore', path], other.variables)
    expect(status).not.toBe(0)
    expect(stderr).toContain('no whole backup')
    expect(runCommand(['doctor'], other.variables).status).not.toBe(0)
  })

  it('is refused without its root key, and into a store that is not empty', () => {
    const stranger = createStore()
    onTestFinished(() => stranger.remove())
    initialise(stranger)
    expect(runCommand(['restore', file], stranger.variables).stderr).toMatch(/root key .* not here/)
    expect(runCommand(['restore', file], store.variables).stderr).toContain('not empty')
  })
})

describe('a restore that is killed halfway', () => {
  it('is told by whatever is started on it, and done by the next restore', async () => {
    const database = await createOwnDatabase()
    onTestFinished(() => database.drop())
    const other = elsewhere()
    const variables = { ...other.variables, WATCHWORD_DATABASE_URL: database.url }
    await migratePostgres(database.url)
    const held = await holdSubjectStates(database.url)
    const child = startCommand(['restore', file], variables)
    await until(async () => (await held.waiting()) > 0)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await held.release()

    const sentence = /^(watchword:|error +database:) The restore begun at .* did not reach its end/m
    for (const command of [['serve', '--port', '0'], ['doctor'], ['audit', 'verify']]) {
      const { status, stdout, stderr } = runCommand(command, variables)
      expect(status).not.toBe(0)
      expect(stdout + stderr).toMatch(sentence)
    }
    expect(runCommand(['restore', file], variables).status).toBe(0)
    expect(runCommand(['audit', 'verify'], variables).status).toBe(0)
    expect(runCommand(['doctor'], variables).stdout).toContain('audit')
  })
})

describe('a backup of a newer Watchword', () => {
  it('is refused with a sentence, and nothing is made', () => {
    const other = elsewhere()
    const [head = ''] = readFileSync(file, 'latin1').split('\n', 1)
    const { schemaVersion } = JSON.parse(head) as { schemaVersion: number }
    const newer = join(other.folder, 'newer')
    const bytes = readFileSync(file).subarray(head.length)
    const told = head.replace(`"schemaVersion":${schemaVersion}`, `"schemaVersion":${schemaVersion + 1}`)
    writeFileSync(newer, Buffer.concat([Buffer.from(told), bytes]))
    const { status, stderr } = runCommand(['restore', newer], other.variables)
    expect(status).not.toBe(0)
    expect(stderr).toContain(`newer Watchword (schema ${schemaVersion + 1}; this one knows ${schemaVersion})`)
    expect(readdirSync(other.folder)).toEqual(['newer'])
  })
})

describe('watchword migrate', () => {
  it('moves a running store to PostgreSQL, proves it, and stops the old server', async () => {
    const postgres = engines.find(({ name }) => name === 'postgres')
    const place = await postgres?.freshPlace()
    const old = createStore()
    onTestFinished(() => old.remove())
    const token = initialise(old).rootToken
    const server = await startTestServer(old.variables)
    await caller(server, token)('POST', '/v1/accounts', { label: 'moved', secretBase32: secret })

    const { status, stdout, stderr } = runCommand(['migrate', '--to', String(place?.url), '--json'], old.variables)
    expect(stderr).toBe('')
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 0, codes: 2 })
    // The old server hears of it and ends by itself; started again it refuses.
    await until(() => !isAlive(server.pid))
    expect(runCommand(['serve', '--port', '0'], old.variables).stderr).toContain('moved to another database')

    const variables = { ...old.variables, WATCHWORD_DATABASE_URL: String(place?.url) }
    const next = await startTestServer(variables)
    onTestFinished(() => next.stop())
    const { body } = await caller(next, token)('GET', '/v1/accounts')
    expect(body['items']).toMatchObject([{ label: 'moved' }])
    expect(runCommand(['audit', 'verify'], variables).status).toBe(0)
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
