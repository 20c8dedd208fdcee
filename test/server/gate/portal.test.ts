import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { totp } from '../../../src/otp/totp.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { hiddenFields, PlainBrowser } from '../../support/gate/browser.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../../support/gate/house.ts'

const origin = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin' }

describe('the portal', () => {
  let house: GateHouse
  let alice: HousePerson

  beforeAll(async () => {
    house = await openGateHouse()
    alice = await house.addPerson('alice')
  })
  afterAll(() => house.close())

  const visitorFrom = (address: string) => {
    const browser = new PlainBrowser(house.port)
    const headers = { ...origin, 'x-forwarded-for': address }
    return {
      browser,
      logIn: (fields: Record<string, string>, path = '/auth/login') => browser.logIn(fields, { path, headers }),
      headers,
    }
  }
  const proof = (token = house.freshCode(alice)) => ({ user: 'alice', password: passphrase, token })
  const passes = async (cookie: string) =>
    (await exchange(house.port, '/auth/check', { headers: { cookie: `watchword=${cookie}` } })).status === 200

  // Strangers who know the passphrase guess at codes, a step apart, each from another address.
  const guess = async ({ id }: HousePerson, tries: number) => {
    for (let index = 0; index < tries; index += 1) {
      const address = `203.0.113.${index}`
      const actor = { kind: 'stranger' as const, address }
      await house.rooms.access.context.codes.verify({ personId: id, code: '000000', actor, address })
      house.advance(30_000)
    }
  }

  it('S2 D2.2 B17 the login page needs no script and helps a keyboard, a phone and a screen reader', async () => {
    const { body, headers, status } = await new PlainBrowser(house.port).get('/auth/login?orig_path=/x?a=1&b=2')
    expect(status).toBe(200)
    for (const name of ['user', 'password', 'token']) expect(body).toMatch(new RegExp(`<label for="${name}"`))
    expect(body).toContain('autocomplete="one-time-code"')
    expect(body).toContain('inputmode="numeric"')
    expect(body).toContain('method="post" action="/auth/login"')
    expect(hiddenFields(body)['rd']).toBe('/x?a=1&b=2')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers.vary).toContain('Cookie')
  })

  it('P40 a page carries a policy without inline code and no target unescaped', async () => {
    const { body, headers } = await new PlainBrowser(house.port).get(
      '/auth/login?rd=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    )
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-inline')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(body).not.toContain('<script>alert')
  })

  it('D2.3 the right user, password and code lead back with a cookie that scripts cannot read', async () => {
    const visitor = visitorFrom('192.0.2.10')
    const { status, headers } = await visitor.logIn(proof(), '/auth/login?orig_path=/page?a=1&b=2')
    expect([status, headers.location]).toEqual([302, '/page?a=1&b=2'])
    const cookie = (headers['set-cookie'] ?? []).find((line) => line.startsWith('watchword='))
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(await passes(visitor.browser.cookies.get('watchword') ?? '')).toBe(true)
  })

  it('D2.4 D2.5 P26 a wrong user, password or code gets one answer and no cookie', async () => {
    const wrongs = [
      { ...proof(), user: 'nobody' },
      { ...proof(), password: 'a wrong passphrase' },
      { ...proof(), token: '000000' },
      { ...proof(), token: '' },
    ]
    const answers = []
    for (const [index, fields] of wrongs.entries()) {
      const visitor = visitorFrom(`192.0.2.${20 + index}`)
      const { status, body, headers } = await visitor.logIn(fields, '/auth/login?orig_path=/x')
      expect(visitor.browser.cookies.has('watchword')).toBe(false)
      expect(hiddenFields(body)['rd']).toBe('/x')
      const message = /<div class="message"[^>]*>\s*<p>([^<]*)/.exec(body)?.[1]
      answers.push(`${status} ${message} ${Object.keys(headers).toSorted().join(',')}`)
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toMatch(/^401 /)
  })

  it.each([
    ['../../etc/passwd', '123456'],
    ['a\0b', '123456'],
    ['x'.repeat(10_000), '123456'],
    ['Alice', ''],
    [' alice ', ''],
    ['alice@example.test', ''],
    ['', '123456'],
    ['alice', '１２３４５６'],
  ])('P18 P24 P37 the name %j reaches nobody', async (user, token) => {
    const { status } = await visitorFrom('192.0.2.40').logIn({
      user,
      password: passphrase,
      token: token || house.freshCode(alice),
    })
    expect(status).toBe(401)
  })

  it('P24 blanks around and within a code are forgiven', async () => {
    const code = house.freshCode(alice)
    const { status } = await visitorFrom('192.0.2.10').logIn(proof(` ${code.slice(0, 3)} ${code.slice(3)} `))
    expect(status).toBe(302)
  })

  it('P22 of twenty parallel logins with one code one succeeds, and the code is spent', async () => {
    const token = house.freshCode(alice)
    const tries = Array.from({ length: 20 }, () => visitorFrom('192.0.2.10').logIn(proof(token)))
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 302)).toHaveLength(1)
    expect((await visitorFrom('192.0.2.10').logIn(proof(token))).status).toBe(401)
  })

  it('P7 a cookie from before the login is worth nothing afterwards', async () => {
    const visitor = visitorFrom('192.0.2.10')
    const planted = await house.signIn(await house.addPerson('mallory'))
    visitor.browser.cookies.set('watchword', planted)
    const page = await visitor.browser.get('/auth/login?again=1')
    const form = { ...hiddenFields(page.body), ...proof() }
    expect((await visitor.browser.post('/auth/login', form, visitor.headers)).status).toBe(302)
    expect(visitor.browser.cookies.get('watchword')).not.toBe(planted)
    expect(await passes(planted)).toBe(false)
    expect(await passes(visitor.browser.cookies.get('watchword') ?? '')).toBe(true)
  })

  it('P27 refuses a login from a foreign page, without a token or with one of another browser', async () => {
    const visitor = visitorFrom('192.0.2.10')
    const page = await visitor.browser.get('/auth/login')
    const form = { ...hiddenFields(page.body), ...proof() }
    const foreign = { ...visitor.headers, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
    expect((await visitor.browser.post('/auth/login', form, foreign)).status).toBe(403)
    const { csrf_token: _token, ...without } = form as Record<string, string>
    expect((await visitor.browser.post('/auth/login', without, visitor.headers)).status).toBe(403)
    const other = new PlainBrowser(house.port)
    await other.get('/auth/login')
    expect((await other.post('/auth/login', form, visitor.headers)).status).toBe(403)
    expect((await other.post('/auth/logout', {}, visitor.headers)).status).toBe(403)
  })

  it.each([
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    'https://evil.test/',
    'https://app.example.test@evil.test/',
    'javascript:alert(1)',
  ])('P9 never leads to %j', async (rd) => {
    const { status, headers } = await visitorFrom('192.0.2.10').logIn(
      proof(),
      `/auth/login?rd=${encodeURIComponent(rd)}`,
    )
    expect([status, headers.location]).toEqual([302, '/'])
  })

  it('S3 P31 logging out ends the session and takes the cookie away', async () => {
    const visitor = visitorFrom('192.0.2.10')
    await visitor.logIn(proof())
    const token = visitor.browser.cookies.get('watchword') ?? ''
    const { headers } = await visitor.browser.get('/auth/logout')
    expect(headers['set-cookie']?.some((line) => line.startsWith('watchword=;') && line.includes('Max-Age=0'))).toBe(
      true,
    )
    expect(await passes(token)).toBe(false)
  })

  it('B6 shows my sessions and ends the others', async () => {
    const here = visitorFrom('192.0.2.10')
    const there = visitorFrom('192.0.2.11')
    await here.logIn(proof())
    await there.logIn(proof())
    const page = await here.browser.get('/auth/sessions')
    expect(page.body).toContain('192.0.2.11')
    const form = { ...hiddenFields(page.body), session: 'others' }
    await here.browser.post('/auth/sessions', form, here.headers)
    expect(await passes(here.browser.cookies.get('watchword') ?? '')).toBe(true)
    expect(await passes(there.browser.cookies.get('watchword') ?? '')).toBe(false)
  })

  it('T31 a passkey login under way is over once all others are ended', async () => {
    const here = visitorFrom('192.0.2.10')
    const there = visitorFrom('192.0.2.11')
    await here.logIn(proof())
    const page = hiddenFields((await there.browser.get('/auth/login', there.headers)).body)
    const { user, password } = proof()
    const begun = await there.browser.post('/auth/passkey/options', { ...page, user, password }, there.headers)
    expect(begun.status).toBe(200)
    const tickets = () =>
      house.rooms.core.storage.db.selectFrom('one_time').select('kind').where('kind', '=', 'passkey-login').execute()
    expect(await tickets()).toHaveLength(1)
    const form = { ...hiddenFields((await here.browser.get('/auth/sessions')).body), session: 'others' }
    await here.browser.post('/auth/sessions', form, here.headers)
    expect(await tickets()).toEqual([])
  })

  it('S10 D2.15 logs attempts with the address of the visitor and never what was typed', async () => {
    const before = house.logLines.length
    await visitorFrom('198.51.100.7').logIn({ ...proof('000000'), password: 'typed by mistake' })
    const { token } = proof()
    expect((await visitorFrom('198.51.100.7').logIn(proof(token))).status).toBe(302)
    const lines = JSON.stringify(house.logLines.slice(before))
    for (const code of ['000000', token]) expect(lines).not.toMatch(new RegExp(`(?<![\\w-])${code}(?![\\w-])`))
    expect(lines).not.toContain(passphrase)
    expect(lines).toContain('198.51.100.7')
    expect(lines).toContain('gate_login_refused')
    expect(lines).not.toContain('typed by mistake')
  })

  it('N4 explains a login that does not stick', async () => {
    const visitor = visitorFrom('192.0.2.77')
    for (let round = 0; round < 2; round += 1) {
      await visitor.logIn(proof(), '/auth/login?orig_path=/loop')
      visitor.browser.cookies.delete('watchword')
    }
    const { body } = await visitor.browser.get('/auth/login?orig_path=/loop', visitor.headers)
    expect(body).toContain('The login does not stick')
    expect(hiddenFields(body)['rd']).toBe('/loop')
  })

  it('a recovery code stands in for the authenticator, once', async () => {
    const { replaceRecoveryCodes } = await import('../../../src/server/access/people/recovery-codes.ts')
    const { storage } = house.rooms.core
    await storage.transaction((tx) => replaceRecoveryCodes(tx, alice.id, ['abcdef-ghijkl-mnopqr-stuvwx']))
    expect((await visitorFrom('192.0.2.10').logIn(proof('abcdef-ghijkl-mnopqr-stuvwx'))).status).toBe(302)
    expect((await visitorFrom('192.0.2.10').logIn(proof('abcdef-ghijkl-mnopqr-stuvwx'))).status).toBe(401)
  })

  it('a gate session never opens the console or the API', async () => {
    const cookie = await house.signIn(alice)
    const { body } = await exchange(house.port, '/v1/me', {
      headers: {
        host: 'app.example.test',
        cookie: `watchword=${cookie}; watchword_console=${cookie}; __Host-watchword_console=${cookie}`,
      },
    })
    expect(body).not.toContain('alice')
  })

  it('P19 P21 guesses are counted per person, whatever address they say they come from', async () => {
    const victim = await house.addPerson('victim')
    await guess(victim, 50)
    const right = { user: 'victim', password: passphrase, token: house.freshCode(victim) }
    expect((await visitorFrom('203.0.113.200').logIn(right)).status).toBe(401)
  })

  it('P20 N10 a device that logged in before gets in while strangers have used their guesses up', async () => {
    const owner = await house.addPerson('owner')
    const device = visitorFrom('192.0.2.90')
    const right = () => ({ user: 'owner', password: passphrase, token: house.freshCode(owner) })
    expect((await device.logIn(right())).status).toBe(302)
    await guess(owner, 50)
    device.browser.cookies.delete('watchword')
    // The same browser on another network; its cookie alone makes it known.
    const moved = { ...device.headers, 'x-forwarded-for': '198.51.100.99' }
    expect((await device.browser.logIn(right(), { headers: moved })).status).toBe(302)
    expect((await visitorFrom('198.51.100.98').logIn(right())).status).toBe(401)
  })

  it('P23 between passphrase and second factor there is no cookie, and the ticket is none', async () => {
    const visitor = visitorFrom('192.0.2.10')
    const page = await visitor.browser.get('/auth/login', visitor.headers)
    const form = { ...hiddenFields(page.body), user: 'alice', password: passphrase }
    const { status, headers, body } = await visitor.browser.post('/auth/passkey/options', form, visitor.headers)
    const { ticket } = JSON.parse(body) as { ticket: string }
    expect([status, headers['set-cookie']]).toEqual([200, undefined])
    expect(await passes(ticket)).toBe(false)
    const answered = { ...hiddenFields(page.body), ticket, response: '{}' }
    expect((await visitor.browser.post('/auth/passkey', answered, visitor.headers)).status).toBe(401)
    expect(visitor.browser.cookies.has('watchword')).toBe(false)
  })

  it.each([
    { algorithm: 'SHA1', digits: 6, periodSeconds: 30 },
    { algorithm: 'SHA256', digits: 8, periodSeconds: 60 },
    { algorithm: 'SHA512', digits: 6, periodSeconds: 45 },
  ] as const)(
    'S12 takes codes of $algorithm, $digits digits and $periodSeconds s, one step early or late',
    async (shape) => {
      const person = await house.addPerson(`shaped-${shape.algorithm.toLowerCase()}`)
      const secret = Buffer.from('12345678901234567890')
      const periodMs = shape.periodSeconds * 1000
      const operator = { kind: 'operator' as const, name: 'test', address: '' }
      const { storage } = house.rooms.core
      await storage.transaction((tx) =>
        house.rooms.access.context.codes.install(tx, person, operator, { secret, shape }),
      )
      const logIn = (offsetSteps: number) => {
        // To the middle of a step: none may end between the making of a code and the judging of it.
        house.advance(3.5 * periodMs - (house.nowMs() % periodMs))
        const token = totp(secret, house.nowMs() + offsetSteps * periodMs, shape)
        return visitorFrom('192.0.2.10').logIn({ user: person.username, password: passphrase, token })
      }
      expect([(await logIn(-1)).status, (await logIn(0)).status, (await logIn(1)).status]).toEqual([302, 302, 302])
      expect([(await logIn(-2)).status, (await logIn(2)).status]).toEqual([401, 401])
    },
  )

  it('S11 D2.13 one server has the pages of several sites and nothing else below /auth/', async () => {
    for (const host of ['one.example.test', 'two.example.org']) {
      const browser = new PlainBrowser(house.port, host)
      expect((await browser.get('/auth/login')).status).toBe(200)
      expect((await browser.get('/auth/check')).status).toBe(401)
      expect((await browser.get('/auth/logout')).status).toBe(302)
      expect((await browser.get('/auth/other')).status).toBe(404)
    }
  })

  it('P20 one network that fails without end stops no other', async () => {
    const noisy = visitorFrom('203.0.113.250')
    let last = 0
    for (let tries = 0; tries < 60 && last !== 429; tries += 1)
      last = (await noisy.logIn({ user: 'stranger', password: 'x', token: '1' })).status
    expect(last).toBe(429)
    // A fresh code moves the clock on, and time alone would let the next one in.
    house.advance(-30_000)
    expect((await visitorFrom('192.0.2.10').logIn(proof())).status).toBe(302)
  })
})

describe('cookies of the gate', () => {
  const cases = [
    { area: 'currentdomain', host: 'a.example.test', domain: null },
    { area: 'mydomain.fr', host: 'test.mydomain.fr', domain: 'mydomain.fr' },
    { area: 'origindomain', host: 'test.mydomain.fr', domain: 'mydomain.fr' },
    { area: 'origindomain', host: 'test.mydomain2.fr', domain: 'mydomain2.fr' },
    { area: 'origindomain', host: 'app.example.co.uk', domain: 'example.co.uk' },
    { area: 'origindomain', host: 'x.duckdns.org', domain: null },
    { area: 'origindomain', host: '192.168.1.10', domain: null },
    { area: 'origindomain', host: 'localhost', domain: null },
  ]
  it.each(cases)('S5 D2.10 D2.11 $area from $host has the domain $domain', async ({ area, host, domain }) => {
    const house = await openGateHouse({ variables: { COOKIEARREA: area, WATCHWORD_GATE_COOKIE_SECURE: 'true' } })
    const alice = await house.addPerson('alice')
    const visitor = new PlainBrowser(house.port, host)
    const headers = { origin: `https://${host}`, 'sec-fetch-site': 'same-origin', 'x-forwarded-proto': 'https' }
    const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
    const answer = await visitor.logIn(fields, { headers })
    const cookie = (answer.headers['set-cookie'] ?? []).find((line) => line.includes('watchword='))
    expect(answer.status).toBe(302)
    expect(cookie?.startsWith(domain === null ? '__Host-watchword=' : '__Secure-watchword=')).toBe(true)
    expect(/Domain=([^;]+)/.exec(cookie ?? '')?.[1] ?? null).toBe(domain)
    const device = (answer.headers['set-cookie'] ?? []).find((line) => line.startsWith('watchword_device='))
    for (const text of [cookie, device]) expect(text).toMatch(/; HttpOnly; SameSite=Lax; Secure/)
    const out = await visitor.get('/auth/logout', headers)
    const cleared = (out.headers['set-cookie'] ?? []).filter((line) => line.includes('Max-Age=0'))
    expect(cleared.some((line) => line.startsWith(`${cookie?.split('=')[0]}=;`))).toBe(true)
    await house.close()
  })

  it('P9 leads back to the visited host though the server is known by another address', async () => {
    const house = await openGateHouse({ variables: { WATCHWORD_PUBLIC_URL: 'https://codes.example.test' } })
    const alice = await house.addPerson('alice')
    const target = 'http://app.example.test/page?a=1&b=2'
    const logIn = async (rd: string) => {
      const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
      const path = `/auth/login?rd=${encodeURIComponent(rd)}`
      return (await new PlainBrowser(house.port).logIn(fields, { path, headers: origin })).headers.location
    }
    expect(await logIn(target)).toBe(target)
    expect(await logIn('http://other.example.test/page')).toBe('/')
    await house.close()
  })

  it('P9 keeps the way back over HTTPS behind a proxy of this machine that nobody named', async () => {
    const house = await openGateHouse({ variables: { WATCHWORD_TRUSTED_PROXIES: '' } })
    const alice = await house.addPerson('alice')
    const target = 'https://app.example.test/page?a=1'
    const { headers } = await new PlainBrowser(house.port).logIn(
      { user: 'alice', password: passphrase, token: house.freshCode(alice) },
      {
        path: `/auth/login?rd=${encodeURIComponent(target)}`,
        headers: { 'x-forwarded-proto': 'https', origin: 'https://app.example.test' },
      },
    )
    expect(headers.location).toBe(target)
    await house.close()
  })

  it('D2.9 B4 a session ends at TOKEN_LIFETIME even when used, and one remembered lives on', async () => {
    const house = await openGateHouse({ variables: { TOKEN_LIFETIME: '600' } })
    const alice = await house.addPerson('alice')
    const logIn = async (extra: Record<string, string>) => {
      const visitor = new PlainBrowser(house.port)
      const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice), ...extra }
      const { headers } = await visitor.logIn(fields, { headers: origin })
      const line = (headers['set-cookie'] ?? []).find((each) => each.startsWith('watchword='))
      return { cookie: `watchword=${visitor.cookies.get('watchword')}`, line: line ?? '' }
    }
    const usual = await logIn({})
    const remembered = await logIn({ remember: '1' })
    expect(usual.line).not.toContain('Max-Age')
    expect(remembered.line).toContain('Max-Age=2592000')
    const ask = async (cookie: string) => (await exchange(house.port, '/auth/check', { headers: { cookie } })).status
    house.advance(300_000)
    expect([await ask(usual.cookie), await ask(remembered.cookie)]).toEqual([200, 200])
    house.advance(301_000)
    expect([await ask(usual.cookie), await ask(remembered.cookie)]).toEqual([401, 200])
    await house.close()
  })
})
