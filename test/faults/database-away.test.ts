import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { totp } from '../../src/otp/totp.ts'
import { type LinkedServer, startLinkedServer } from '../support/linked-server.ts'
import { holdSubjectStates } from '../support/own-database.ts'
import type { TcpLink } from '../support/tcp-link.ts'
import { until } from '../support/until.ts'

// One server whose line to PostgreSQL is ours to cut.
describe('a database that goes away and comes back', () => {
  let server: LinkedServer
  let link: TcpLink
  let call: LinkedServer['call']
  let gateToken = ''
  let account = ''

  const gateCheck = async () => {
    const headers = {
      authorization: `Bearer ${gateToken}`,
      'x-original-url': 'http://app.example.test/',
      'x-original-method': 'GET',
      'x-forwarded-for': '192.0.2.1',
    }
    return (await fetch(`${server.url}/check/nginx`, { headers })).status
  }

  beforeAll(async () => {
    server = await startLinkedServer()
    ;({ link, call } = server)
    const token = await call('POST', '/v1/tokens', {
      name: 'gate',
      owner: 'service',
      scopes: ['gate'],
      gateLimits: { hosts: ['app.example.test'], paths: ['/'], methods: ['GET'], twoFactor: false },
    })
    gateToken = String(token.body['token'])
    const made = await call('POST', '/v1/accounts', {
      label: 'shared',
      secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      grants: [{ grantee: 'everyone', right: 'reveal' }],
    })
    account = String(made.body['id'])
  })
  afterAll(() => server?.remove())

  it('answers 503 to everything meanwhile, and recovers by itself', async () => {
    const secret = await server.enrol('bob')
    expect(await server.ready()).toBe(200)
    link.cut()
    await until(async () => (await server.ready()) === 503)
    const code = totp(secret, Date.now())
    const refused = await Promise.all([
      server.verify('bob', code),
      call('POST', `/v1/accounts/${account}/reveal`, {}),
      call('GET', '/v1/audit'),
      call('POST', '/v1/realms', { name: 'never' }),
    ])
    expect(refused.map(({ status }) => status)).toEqual([503, 503, 503, 503])
    expect(refused.map(({ body }) => body['code'])).toEqual(Array(4).fill('database_away'))
    link.mend()
    await until(async () => (await server.ready()) === 200)
    // The refused attempt spent nothing.
    await until(async () => (await server.verify('bob', totp(secret, Date.now()))).body['accepted'] === true)
    expect((await call('GET', '/v1/realms/never')).status).toBe(404)
  })

  it('a gate check fails closed while nobody can say whether its session lives', async () => {
    link.cut()
    await until(async () => (await gateCheck()) === 503)
    expect((await fetch(`${server.url}/auth/check`, { headers: { cookie: 'watchword=x' } })).ok).toBe(false)
    link.mend()
    await until(async () => (await gateCheck()) !== 503)
  })

  it('law 7: what is cut off between question and answer is whole or not there', async () => {
    const secrets = await Promise.all(Array.from({ length: 12 }, (_, index) => server.enrol(`cut-${index}`)))
    const asked = secrets.map((secret, index) => server.verify(`cut-${index}`, totp(secret, Date.now())))
    link.cut()
    const answers = await Promise.all(asked)
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 503)).toEqual([])
    link.mend()
    await until(async () => (await server.ready()) === 200)
    const spent = await Promise.all(answers.map((_, index) => call('GET', `/v1/realms/shop/subjects/cut-${index}`)))
    answers.forEach(({ body }, index) => {
      if (body['accepted'] === true) expect(spent[index]?.body['lastVerifiedAtMs']).toEqual(expect.any(Number))
    })
    expect((await call('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true, problems: [] })
  })

  it('a pool whose connections are all held answers in order once they are free', async () => {
    const secrets = await Promise.all(Array.from({ length: 40 }, (_, index) => server.enrol(`pool-${index}`)))
    const askedWhileHeld = async () => {
      const held = await holdSubjectStates(server.databaseUrl)
      const asked = secrets.map((secret, index) => server.verify(`pool-${index}`, totp(secret, Date.now())))
      await until(async () => (await held.waiting()) > 0)
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
      await held.release()
      return Promise.all(asked)
    }
    // On a machine so busy that all waited too long, nothing was spent, and all may ask again.
    await until(async () => {
      const answers = await askedWhileHeld()
      expect(answers.every(({ status, body }) => status === 503 || body['accepted'] === true)).toBe(true)
      return answers.some(({ status }) => status === 200)
    })
  })
})
