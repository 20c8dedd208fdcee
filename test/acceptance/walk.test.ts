import { spawnSync } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { describeWith } from '../support/programs.ts'
import {
  caller,
  createStore,
  initialise,
  runCommand,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../support/server.ts'

// The walk of the README, step by step, with oathtool as the other party.
describeWith(['oathtool'], 'the walk of the README', () => {
  let store: TestStore
  let server: TestServer
  let root: ReturnType<typeof caller>
  let secret = ''
  let account = ''

  const oathtool = (base32: string) =>
    spawnSync('oathtool', ['--totp', '-b', base32], { encoding: 'utf8' }).stdout.trim()

  beforeAll(async () => {
    store = createStore()
    const { rootToken } = initialise(store)
    server = await startTestServer(store.variables)
    root = caller(server, rootToken)
  })
  afterAll(async () => {
    await server.stop()
    store.remove()
  })

  it('creates a realm and a subject and hands out the QR once', async () => {
    expect((await root('POST', '/v1/realms', { name: 'shop' })).status).toBe(201)
    expect((await root('POST', '/v1/realms/shop/subjects', { name: 'bob' })).status).toBe(201)
    const { status, body, headers } = await root('POST', '/v1/realms/shop/subjects/bob/enrolment')
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toContain('no-store')
    secret = String(body['secretBase32'])
    expect((await root('GET', '/v1/realms/shop/subjects/bob/enrolment/qr.png')).headers.get('content-type')).toBe(
      'image/png',
    )
  })

  it('accepts the code of oathtool once', async () => {
    const code = oathtool(secret)
    const verify = () => root('POST', '/v1/realms/shop/subjects/bob/verify', { code })
    expect((await verify()).body).toMatchObject({ accepted: true })
    expect((await verify()).body).toMatchObject({ accepted: false, reason: 'replayed' })
  })

  it('shares an account with a member and refuses a stranger', async () => {
    const uri = 'otpauth://totp/AWS:root?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    const added = await root('POST', '/v1/accounts', { uri, grants: [{ grantee: 'everyone', right: 'reveal' }] })
    account = String(added.body['id'])
    expect(added.text).not.toContain('JBSWY3DPEHPK3PXP')
    const member = await root('POST', '/v1/tokens', { name: 'member', owner: 'service', scopes: [`reveal:${account}`] })
    const stranger = await root('POST', '/v1/tokens', { name: 'stranger', owner: 'service', scopes: ['verify:shop'] })
    const asMember = caller(server, String(member.body['token']))
    const asStranger = caller(server, String(stranger.body['token']))

    const before = Date.now()
    const revealed = await asMember('POST', `/v1/accounts/${account}/reveal`, {})
    const possible = [before, Date.now()].map((atMs) => totp(decodeBase32('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'), atMs))
    expect(possible).toContain(revealed.body['code'])
    expect((await asStranger('POST', `/v1/accounts/${account}/reveal`, {})).status).toBeGreaterThanOrEqual(400)
    expect((await caller(server, 'ww_nobody')('POST', `/v1/accounts/${account}/reveal`, {})).status).toBe(401)
  })

  it('T95 shows each of these acts in the audit and verifies the chain', async () => {
    const { body } = await root('GET', '/v1/audit?limit=500')
    const actions = (body['items'] as { action: string }[]).map(({ action }) => action)
    expect(actions).toEqual(
      expect.arrayContaining(['realm.create', 'subject.create', 'subject.verify', 'account.create', 'account.reveal']),
    )
    expect(runCommand(['audit', 'verify', '--json'], store.variables)).toMatchObject({ status: 0 })
  })

  it.each(['first', 'middle', 'last'] as const)('T90 finds the %s row tampered with', async (which) => {
    const file = join(store.folder, 'watchword.db')
    const tamper = (sql: string) => {
      // The server writes now and then, too.
      const db = new DatabaseSync(file, { timeout: 60_000 })
      db.exec(sql)
      db.close()
    }
    const at = {
      first: '(select min(sequence) from audit_event)',
      middle: '(select (min(sequence) + max(sequence)) / 2 from audit_event)',
      last: '(select max(sequence) from audit_event)',
    }[which]
    tamper(`create table kept as select * from audit_event where sequence = ${at}`)
    tamper(`update audit_event set body = replace(body, '"action":"', '"action":"x') where sequence = ${at}`)
    const { status, stdout } = runCommand(['audit', 'verify', '--json'], store.variables)
    tamper(
      'update audit_event set body = (select body from kept) where sequence = (select sequence from kept); drop table kept',
    )
    expect(status).not.toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ whole: false })
    expect(runCommand(['audit', 'verify', '--json'], store.variables).status).toBe(0)
  })
})
