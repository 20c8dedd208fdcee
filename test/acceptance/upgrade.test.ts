import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { databaseFileName } from '../../src/server/database/open.ts'
import { createOwnDatabase } from '../support/own-database.ts'
import { caller, createStore, initialise, startTestServer, type TestStore } from '../support/server.ts'

/** What the second schema added, taken away again: the rest is as a server of the first one left it. */
const backToFirst = ['alter table account drop column sign_on_demand']

const secrets = ['JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ']

async function stores(): Promise<[string, TestStore, (statements: readonly string[]) => Promise<void>][]> {
  const database = await createOwnDatabase()
  onTestFinished(() => database.drop())
  const [file, server] = [createStore(), createStore(database.url)]
  onTestFinished(() => [file, server].forEach((store) => store.remove()))
  const inFile = async (statements: readonly string[]) => {
    const opened = new DatabaseSync(join(file.folder, databaseFileName))
    opened.exec([...statements, 'pragma user_version = 1'].join(';'))
    opened.close()
  }
  const inServer = async (statements: readonly string[]) => {
    const client = new pg.Client({ connectionString: database.url, options: '-c search_path=watchword' })
    await client.connect()
    for (const statement of [...statements, 'update schema_version set version = 1']) await client.query(statement)
    await client.end()
  }
  return [
    ['SQLite', file, inFile],
    ['PostgreSQL', server, inServer],
  ]
}

describe('an upgrade of a filled store', { timeout: 180_000 }, () => {
  it('T92 T99 keeps every code, token, setting and audit record of the first schema, on both engines', async () => {
    for (const [engine, store, change] of await stores()) {
      const { rootToken } = initialise(store)
      const before = await fill(store, rootToken)
      await change(backToFirst)
      const server = await startTestServer(store.variables)
      onTestFinished(() => server.kill())
      const call = caller(server, rootToken)
      const { body } = await call('GET', '/v1/accounts')
      expect(body['items'], engine).toEqual(before.accounts)
      for (const [index, id] of before.ids.entries()) {
        const revealed = await caller(server, before.token)('POST', `/v1/accounts/${id}/reveal`, {})
        const atMs = Number(revealed.body['validFromMs'])
        expect(revealed.body['code'], engine).toBe(totp(decodeBase32(secrets[index] ?? ''), atMs))
      }
      const code = totp(decodeBase32(before.subjectSecret), Date.now())
      const verdict = await call('POST', '/v1/realms/shop/subjects/ada/verify', { code })
      expect(verdict.body, engine).toMatchObject({ accepted: true })
      expect((await call('POST', '/v1/audit/verify')).body, engine).toMatchObject({ whole: true, problems: [] })
      const kept = await call('GET', '/v1/audit?action=account.create')
      expect(kept.body['items'], engine).toHaveLength(secrets.length)
      await server.stop()
    }
  })
})

async function fill(store: TestStore, rootToken: string) {
  const server = await startTestServer(store.variables)
  const call = caller(server, rootToken)
  await call('POST', '/v1/realms', { name: 'shop', replay: 'once' })
  await call('POST', '/v1/realms/shop/subjects', { name: 'ada' })
  const enrolled = await call('POST', '/v1/realms/shop/subjects/ada/enrolment')
  const subjectSecret = String(enrolled.body['secretBase32'])
  const ids: string[] = []
  for (const secretBase32 of secrets) {
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    const added = await call('POST', '/v1/accounts', { label: `of ${ids.length}`, secretBase32, grants, marked: true })
    ids.push(String(added.body['id']))
  }
  const made = await call('POST', '/v1/tokens', { name: 'robot', owner: 'service', scopes: ['reveal:*'] })
  const { body } = await call('GET', '/v1/accounts')
  await server.stop()
  return { ids, subjectSecret, token: String(made.body['token']), accounts: body['items'] }
}
