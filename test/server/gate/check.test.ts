import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, type HousePerson, openGateHouse } from '../../support/gate/house.ts'
import { fc } from '../../support/property.ts'

const rules = `
rules:
  - path: /public/
    policy: bypass
  - path: /strict/
    policy: two_factor
  - path: /fresh/
    policy: one_factor
    step_up_minutes: 5
  - path: /live
    policy: one_factor
    websockets: same_site
  - host: app.example.test
    policy: one_factor
`
const nginx = (path: string) => ({
  'x-original-url': `https://app.example.test${path}`,
  'x-original-method': 'GET',
})
const forward = (path: string) => ({
  'x-forwarded-method': 'GET',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'app.example.test',
  'x-forwarded-uri': path,
})
const browser = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }

describe('gate checks', () => {
  let house: GateHouse
  let alice: HousePerson
  let cookie: string

  beforeAll(async () => {
    house = await openGateHouse({ rules })
    alice = await house.addPerson('alice')
    cookie = `watchword=${await house.signIn(alice)}`
  })
  afterAll(() => house.close())

  const check = (headers: Record<string, string>, path = '/check/nginx', method = 'GET') =>
    exchange(house.port, path, { method, headers })

  it('P17 P32 a pass carries all four identity headers, no body, no cookie, and is kept by nobody', async () => {
    const { status, headers, body } = await check({ ...nginx('/x'), cookie })
    expect([status, body]).toEqual([200, ''])
    expect(headers).toMatchObject({
      'remote-user': 'alice',
      'remote-name': 'alice Example',
      'remote-email': 'alice@example.test',
      'cache-control': 'no-store',
      'content-length': '0',
    })
    expect(headers['remote-groups']).toBe('everyone')
    expect(headers['set-cookie']).toBeUndefined()
    const bypass = await check(nginx('/public/x'))
    expect([bypass.status, bypass.headers['remote-user']]).toEqual([200, ''])
  })

  it('P2 each family reads its own headers alone', async () => {
    expect((await check({ ...nginx('/admin'), 'x-forwarded-uri': '/public/' })).status).toBe(401)
    const asForward = { ...forward('/admin'), 'x-original-url': 'https://app.example.test/public/', ...browser }
    expect((await check(asForward, '/check/forward')).status).toBe(302)
    const halves = { 'x-original-method': 'GET', 'x-forwarded-method': 'GET', 'x-forwarded-proto': 'https' }
    expect((await check({ ...forward('/public/'), ...halves })).status).toBe(400)
    expect((await check({ ...nginx('/public/'), ...halves }, '/check/forward')).status).toBe(400)
  })

  it('P1 a peer that is no named proxy is refused whatever it says', async () => {
    const far = await openGateHouse({ rules, variables: { WATCHWORD_TRUSTED_PROXIES: '192.0.2.7' } })
    const { status } = await exchange(far.port, '/check/nginx', { headers: nginx('/public/') })
    await far.close()
    expect(status).toBe(400)
  })

  it.each([
    '',
    'https://app.example.test/%zz',
    'https://app.example.test/public/%00',
    'https:///public/',
    'https://a@app.example.test/public/',
    'not a url',
    'ftp://app.example.test/public/',
    `https://app.example.test/${'a'.repeat(9000)}`,
    'https://app.example.test/public/, https://app.example.test/admin',
    'https://app.example.test/%25252525252525',
  ])('P10 a malformed address is never a pass: %j', async (url) => {
    const { status } = await check({ 'x-original-url': url, 'x-original-method': 'GET', cookie })
    // To nginx 403 says what is true; 400 would look like a broken login service.
    expect(status).toBe(url === '' ? 400 : 403)
  })

  it('P10 to the other families a malformed address is 400', async () => {
    for (const path of ['/%zz', '/public/%00', '//%25252525252525', '/\u00e4'])
      expect((await check({ ...forward(path), cookie }, '/check/forward')).status).toBe(400)
  })

  it.each(['/100%25', '/50%25%20off.pdf', '/caf%e9', '/x?q=\u00fc', '/x?q=\u00c3\u00a0'])(
    '%s is an ordinary address',
    async (path) => {
      expect((await check({ ...nginx(path), cookie })).status).toBe(200)
      expect((await check({ ...forward(path), cookie }, '/check/forward')).status).toBe(200)
    },
  )

  it('a query with letters leads back as bytes, whatever they were', async () => {
    const { headers } = await check({ ...nginx('/x?q=\u00c3\u00bc'), ...browser })
    expect(headers.location).toContain(encodeURIComponent('/x?q=%c3%bc'))
  })

  it.each(['/live/ws', '//live/ws', '/x/..%2flive/ws', '/live;x/ws'])(
    'P34 %s opens to pages of its own site alone, however it is spelled',
    async (path) => {
      const handshake = { ...nginx(path), cookie, 'sec-websocket-version': '13' }
      const from = async (origin: string) => (await check({ ...handshake, origin })).status
      expect([await from('https://app.example.test'), await from('https://evil.test')]).toEqual([200, 403])
    },
  )

  it('methods of WebDAV are judged', async () => {
    const deltaV = { ...nginx('/x'), 'x-original-method': 'VERSION-CONTROL', cookie }
    expect((await check(deltaV)).status).toBe(200)
    expect((await check({ ...deltaV, 'x-original-method': 'GET /' })).status).toBe(403)
  })

  it('P19 a proxy that names no visitor address is not taken for the visitor', async () => {
    const inside = await openGateHouse({ rules: 'rules:\n  - network: 127.0.0.0/8\n    policy: bypass\n' })
    const ask = async (headers: Record<string, string>) =>
      (await exchange(inside.port, '/check/nginx', { headers: { ...nginx('/x'), ...headers } })).status
    expect([await ask({}), await ask({ 'x-forwarded-for': '127.0.0.1' })]).toEqual([401, 200])
    await inside.close()
  })

  it.each([
    'watchword=',
    'watchword=garbage',
    `watchword=${'x'.repeat(10_000)}`,
    'watchword="a;b"; watchword=c',
    'bad[name]=x; watchword=nope',
    '=; ;;; watchword',
    'watchword=a; watchword=b; watchword=c; watchword=d; watchword=e',
    'Watchword=x',
  ])('P11 a malformed cookie is a stranger: %s', async (bad) => {
    expect((await check({ ...nginx('/x'), cookie: bad })).status).toBe(401)
    expect((await exchange(house.port, '/auth/check', { headers: { cookie: bad } })).status).toBe(401)
  })

  it('P30 of two cookies of our name the living one counts, behind odd foreign ones too', async () => {
    expect((await check({ ...nginx('/x'), cookie: `watchword=stale; ${cookie}` })).status).toBe(200)
    expect((await check({ ...nginx('/x'), cookie: `bad[name]=x; ,; ${cookie}` })).status).toBe(200)
    expect((await check({ ...nginx('/x'), cookie: cookie.replace('=', '__Host-=') })).status).toBe(401)
    const bound = `__Host-${cookie}`
    expect((await check({ ...nginx('/x'), cookie: `watchword=planted; ${bound}` })).status).toBe(200)
  })

  it.each([
    'User-Agent',
    'X-Forwarded-Prefix',
    'X-Original-Host',
    'X-Rewrite-URL',
    'Forwarded',
    'Remote-User',
    'X_Original_URL',
  ])('P5 P6 P16 no value of %s turns a check into a pass', async (name) => {
    for (const value of ['GoogleHC/1.0', 'kube-probe/1.29', '/public/', 'root', 'https://app.example.test/public/'])
      expect((await check({ ...nginx('/x'), [name]: value })).status).toBe(401)
  })

  it('P39 what stands in the query of a check changes nothing', async () => {
    expect((await check(nginx('/x'), '/check/nginx?allowed_groups=everyone&rd=/public/')).status).toBe(401)
    expect((await check({ ...nginx('/x'), cookie }, '/check/nginx?x=1')).status).toBe(200)
    expect((await exchange(house.port, '/auth/check?x=1', { headers: { cookie } })).status).toBe(200)
    expect((await check({ ...nginx('/x'), cookie }, '/check/nginx/x')).status).toBe(404)
    expect((await check({ ...nginx('/x'), cookie }, '/check/other')).status).toBe(404)
  })

  it('P32 every answer of a check is kept by nobody, whatever it says', async () => {
    const asked = [
      await check({ ...nginx('/x'), cookie }),
      await check(nginx('/x')),
      await check({ ...nginx('/x'), ...browser }),
      await check({ ...forward('/x'), ...browser }, '/check/forward'),
      await check({ ...forward('/x') }, '/check/forward'),
      await check({ ...nginx('/x'), 'x-original-url': 'https://other.example.test/', cookie }),
      await check({ 'x-original-url': 'nonsense' }),
      await check(nginx('/x'), '/check/other'),
      await exchange(house.port, '/auth/check'),
    ]
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200, 302, 400, 401, 403, 404]))
    for (const { headers } of asked) expect(headers['cache-control']).toBe('no-store')
  })

  it('P28 a hundred polled checks set no cookie', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => check({ ...nginx('/x'), ...browser })))
    expect(answers.filter(({ headers }) => headers['set-cookie'] !== undefined)).toEqual([])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
  })

  it('P9 B10 leads browsers to the login, with 303 after a POST, and tells programs in JSON', async () => {
    const page = await check({ ...nginx('/x?a=1&b=2'), ...browser })
    expect([page.status, page.headers.location]).toEqual([
      401,
      'https://app.example.test/auth/login?rd=https%3A%2F%2Fapp.example.test%2Fx%3Fa%3D1%26b%3D2',
    ])
    const posted = await check({ ...forward('/x'), 'x-forwarded-method': 'POST', ...browser }, '/check/forward')
    expect(posted.status).toBe(303)
    const fetched = await check({ ...forward('/x'), 'sec-fetch-mode': 'cors' }, '/check/forward')
    expect([fetched.status, JSON.parse(fetched.body)]).toEqual([
      401,
      { login: 'https://app.example.test/auth/login?rd=https%3A%2F%2Fapp.example.test%2Fx' },
    ])
    expect(fetched.headers['x-watchword-login']).toContain('/auth/login?rd=')
  })

  it('P38 redirect=never answers 401 and 403 alone', async () => {
    const never = await openGateHouse({
      rules: rules.replace('rules:\n', 'rules:\n  - path: /closed/\n    policy: deny\n'),
      variables: { WATCHWORD_GATE_REDIRECT: 'never' },
    })
    const person = await never.addPerson('alice')
    const full = { cookie: `watchword=${await never.signIn(person)}` }
    const oneFactor = { cookie: `watchword=${await never.signIn(person, { factors: 'one' })}` }
    const posted = { 'x-forwarded-method': 'POST' }
    const asked: [string, Record<string, string>, number][] = [
      ['/x', browser, 401],
      ['/x', { ...browser, ...posted }, 401],
      ['/x', { 'sec-fetch-mode': 'cors' }, 401],
      ['/x', { ...browser, cookie: 'watchword=forged' }, 401],
      ['/strict/', { ...browser, ...oneFactor }, 401],
      ['/closed/', browser, 403],
      ['/closed/', { ...browser, ...full }, 403],
      ['/x', { ...browser, ...full }, 200],
    ]
    const answers = []
    for (const [path, more] of asked) {
      const { status, headers } = await exchange(never.port, '/check/forward', {
        headers: { ...forward(path), ...more },
      })
      answers.push([path, more, headers.location === undefined ? status : `${status} with a Location`])
    }
    await never.close()
    expect(answers).toEqual(asked)
  })

  it('B4 P25 asks for a second factor or a fresh proof where a rule says so', async () => {
    const oneFactor = `watchword=${await house.signIn(alice, { factors: 'one' })}`
    const strict = await check({ ...forward('/strict/'), ...browser, cookie: oneFactor }, '/check/forward')
    expect([strict.status, strict.headers.location]).toEqual([302, expect.stringContaining('&again=1')])
    expect((await check({ ...nginx('/strict/'), cookie })).status).toBe(200)
    const fresh = `watchword=${await house.signIn(alice)}`
    expect((await check({ ...nginx('/fresh/'), cookie: fresh })).status).toBe(200)
    house.advance(6 * 60_000)
    expect((await check({ ...nginx('/fresh/'), cookie: fresh, ...browser })).headers.location).toContain('&again=1')
    expect((await check({ ...nginx('/x'), cookie: fresh })).status).toBe(200)
  })

  it.each(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])(
    'P36 answers a %s at once though it announces a body that never comes',
    async (method) => {
      const head = [
        `${method} /check/nginx HTTP/1.1`,
        'host: gate',
        'content-length: 10000000',
        'expect: 100-continue',
        ...Object.entries(nginx('/x')).map(([name, value]) => `${name}: ${value}`),
        `cookie: ${cookie}`,
      ]
      expect(await firstLine(house.port, `${head.join('\r\n')}\r\n\r\n`)).toBe('HTTP/1.1 200 OK')
    },
  )

  it('P36 a chunked body that never ends hangs nothing', async () => {
    const head = ['POST /auth/check HTTP/1.1', 'host: gate', 'transfer-encoding: chunked', `cookie: ${cookie}`]
    expect(await firstLine(house.port, `${head.join('\r\n')}\r\n\r\n5\r\nab`)).toBe('HTTP/1.1 200 OK')
  })

  it('S1 D2.1 /auth/check knows a living session from none, a stranger and an ended one', async () => {
    const ask = (value?: string) =>
      exchange(house.port, '/auth/check', value === undefined ? {} : { headers: { cookie: value } })
    const short = `watchword=${await house.signIn(alice, { absoluteMs: 60_000 })}`
    expect([(await ask()).status, (await ask('watchword=x')).status, (await ask(short)).status]).toEqual([
      401, 401, 200,
    ])
    house.advance(61_000)
    expect((await ask(short)).status).toBe(401)
    expect((await ask(cookie)).body).toBe('')
  })

  it('B8 a gate token opens what it names, as Bearer or Basic, and nothing else', async () => {
    const make = async (twoFactor: boolean) => {
      const { storage } = house.rooms.core
      const { text } = await storage.transaction((tx) =>
        house.rooms.access.tokens.create(tx, {
          name: 'robot',
          owner: 'service',
          scopes: ['gate:app'],
          gateLimits: { hosts: ['app.example.test'], paths: ['/api/', '/strict/'], methods: ['GET'], twoFactor },
          createdBy: 'test',
        }),
      )
      return text ?? ''
    }
    const token = await make(false)
    const bearer = { authorization: `Bearer ${token}` }
    const basic = { authorization: `Basic ${Buffer.from(`robot:${token}`).toString('base64')}` }
    expect((await check({ ...nginx('/api/x'), ...bearer })).headers['remote-user']).toBe('service/robot')
    expect((await check({ ...nginx('/api/x'), ...basic })).status).toBe(200)
    expect((await check({ ...nginx('/other'), ...bearer })).status).toBe(401)
    expect((await check({ ...nginx('/api/../other'), ...bearer })).status).toBe(401)
    expect((await check({ ...nginx('/api/x'), 'x-original-method': 'POST', ...bearer })).status).toBe(401)
    expect((await check({ ...nginx('/strict/x'), ...bearer })).status).toBe(401)
    const strong = { authorization: `Bearer ${await make(true)}` }
    expect((await check({ ...nginx('/strict/x'), ...strong })).status).toBe(200)
    expect((await exchange(house.port, '/v1/me', { headers: bearer })).body).not.toContain('alice')
  })

  it('P11 a session that cannot be read is 503, never a pass', async () => {
    const { sessions } = house.rooms.access
    const look = sessions.look.bind(sessions)
    sessions.look = () => Promise.reject(new Error('the disk is gone'))
    const { status } = await check({ ...nginx('/x'), cookie })
    sessions.look = look
    expect(status).toBe(503)
  })

  it('N12 no cookie, header or address that anybody makes up passes', async () => {
    const text = fc
      .string({ unit: 'grapheme-ascii', maxLength: 60 })
      .map((value) => value.replaceAll(/[^\x20-\x7e]/g, '').trim())
    await fc.assert(
      fc.asyncProperty(text, text, text, async (path, value, family) => {
        const answer = await exchange(house.port, `/check/${encodeURIComponent(family)}`, {
          headers: {
            ...nginx('/x'),
            'x-original-url': `https://app.example.test/x${path}`,
            cookie: `watchword=${value}`,
          },
        })
        expect(answer.status).toBeGreaterThanOrEqual(400)
      }),
      { numRuns: 60 },
    )
  })
})

describe('the setting of the gate', () => {
  it('switches checks and portal off while the server runs', async () => {
    const house = await openGateHouse()
    const cookie = `watchword=${await house.signIn(await house.addPerson('alice'))}`
    const ask = () => exchange(house.port, '/auth/check', { headers: { cookie } })
    expect((await ask()).status).toBe(200)
    const doors = { tinyMfa: true, ungleichotp: true, totpshare: true, gate: false }
    await house.rooms.settings.update({ kind: 'operator', name: 'test', address: '' }, { doors })
    await expect.poll(async () => (await ask()).status).toBe(404)
    expect((await exchange(house.port, '/auth/login')).status).toBe(404)
    await house.close()
  })
})

/** The status line of the answer itself: Node.js says `100 Continue` before anybody looked at the request. */
function firstLine(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes))
    socket.on('data', (chunk) => {
      answer = (answer + chunk.toString()).replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, '')
      const [line, ...rest] = answer.split('\r\n')
      if (line === undefined || rest.length === 0) return
      resolve(line)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}
