import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'
import { type AgentPage, startAgentPage } from '../support/agent-page.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describeWith(['gpg'], 'the web page of the agent', () => {
  let home: AgentHome
  let page: AgentPage
  let cookie: string

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'gh', '--secret', '-'], { input: secret })
    await home.run(['add', 'count', '--secret', '-', '--type', 'hotp'], { input: secret })
    page = await startAgentPage(home)
    cookie = await page.open()
  })
  afterAll(async () => {
    await page.stop()
    home.remove()
  })

  it('opens through its link once', async () => {
    expect(cookie).toMatch(new RegExp(`^watchword_agent_${new URL(page.origin).port}=[\\w-]{43}$`))
    const again = await fetch(page.startUrl, { redirect: 'manual' })
    expect(again.status).toBe(403)
    expect(again.headers.get('set-cookie')).toBeNull()
    expect((await fetch(`${page.origin}/start?token=guess`, { redirect: 'manual' })).status).toBe(403)
  })

  it.each(['/', '/add', '/auth/list', '/auth/add', '/page.js', '/page.css'])(
    '%s is nothing without the session',
    async (path) => {
      const answer = await page.get(path)
      expect(answer.status).toBe(401)
      expect(await answer.text()).not.toContain('gh')
      expect((await page.get(path, 'watchword_agent=AAAA')).status).toBe(401)
      expect((await page.get(path, `other[x]=1; ${cookie}`)).status).toBe(200)
    },
  )

  it.each(['/reveal', '/totpgen', '/unlock', '/totpgpgkey', '/preview', '/lock', '/add', '/auth/add'])(
    'POST %s is refused without the session, from another origin and without an origin',
    async (path) => {
      const body = { name: 'gh', file: 'gh' }
      expect((await page.post(path, body)).status).toBe(401)
      expect((await page.post(path, body, cookie, { Origin: 'https://evil.example' })).status).toBe(403)
      expect((await page.post(path, body, cookie, { Origin: 'null' })).status).toBe(403)
      expect((await page.post(path, body, cookie, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
      const { origin } = page
      const bare = await fetch(origin + path, { method: 'POST', headers: { Cookie: cookie }, body: '{}' })
      expect(bare.status).toBe(403)
    },
  )

  it.each(['evil.example', 'localhost', '127.0.0.1:1', 'evil.example:80'])(
    'the name %s is answered with 421',
    async (host) => {
      expect(await statusFor(page, host, cookie)).toBe(421)
    },
  )

  it('refuses other methods, and answers nothing to a preflight', async () => {
    const answer = await fetch(page.origin, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', Cookie: cookie },
    })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('lets no script but its own run, and nothing be kept', async () => {
    for (const path of ['/', '/page.js', '/add', '/nothing']) {
      const { headers } = await page.get(path, cookie)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    expect(await (await page.get('/', cookie)).text()).not.toMatch(/<script(?! src)|onclick|style=/)
  })

  it('lists at its own and at simpleotp’s address', async () => {
    for (const path of ['/', '/auth/list'])
      expect(await (await page.get(path, cookie)).text()).toContain('data-name="gh"')
    expect((await page.get('/auth/otpgen.js', cookie)).headers.get('content-type')).toContain('text/javascript')
  })

  it('reveals the code that the command line gives', async () => {
    const before = (await home.run(['get', 'gh'])).trim()
    const told = (await (await page.post('/reveal', { name: 'gh' }, cookie)).json()) as {
      code: string
      secondsLeft: number
    }
    const after = (await home.run(['get', 'gh'])).trim()
    expect([before, after]).toContain(told.code)
    expect(told.secondsLeft).toBeGreaterThan(0)
  })

  it('counts a counter up, saved before it is shown', async () => {
    const codes: string[] = []
    for (let round = 0; round < 2; round++) {
      codes.push(((await (await page.post('/reveal', { name: 'count' }, cookie)).json()) as { code: string }).code)
    }
    expect(codes).toEqual(['755224', '287082'])
    expect(home.decrypted()).toContain('counter=2')
  })

  it('answers simpleotp’s request with real JSON', async () => {
    const answer = await page.post('/totpgen', { file: 'gh', order: '1' }, cookie)
    const { token, timeleft } = (await answer.json()) as { token: string; timeleft: number }
    expect(token).toMatch(/^\d{6}$/)
    expect(timeleft).toBeGreaterThan(0)
    const unknown = await page.post('/totpgen', { file: '../../etc/passwd' }, cookie)
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({ error: expect.stringContaining('OTP not found') })
  })

  it('adds by title, secret and options, and shows title and QR code', async () => {
    const answer = await page.post(
      '/auth/add',
      form({ title: 'bank', secret, options: 'digits=8,digest=sha256,interval=60' }),
      cookie,
    )
    expect(answer.status).toBe(201)
    expect(await answer.text()).toMatch(/OTP SAVED FOR : &#39;bank&#39;|OTP SAVED FOR : 'bank'[^]*<svg/)
    expect(JSON.parse(await home.run(['show', 'bank', '--json']))).toMatchObject({
      digits: 8,
      algorithm: 'SHA256',
      periodSeconds: 60,
    })
  })

  it('adds by a picture of a QR code', async () => {
    const file = join(home.path, 'code.png')
    await home.run(['qr', 'bank', '--yes', '--png', file])
    const data = form({ title: 'scanned', secret: '', options: '' })
    data.set('qrcode', new File([new Uint8Array(readFileSync(file))], 'code.png', { type: 'image/png' }))
    expect((await page.post('/add', data, cookie)).status).toBe(201)
    expect(JSON.parse(await home.run(['show', 'scanned', '--json']))).toMatchObject({ digits: 8, periodSeconds: 60 })
  })

  it.each([
    ['a name that is taken', { title: 'gh', secret }, 409],
    ['a name that climbs', { title: '../x', secret }, 422],
    ['a secret that is none', { title: 'x', secret: 'GEZ1' }, 422],
    ['nothing at all', { title: '', secret: '' }, 422],
  ])('refuses %s with a sentence', async (_, fields, status) => {
    const before = readFileSync(home.store)
    const answer = await page.post('/add', form({ options: '', ...fields }), cookie)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toMatch(/<p role="alert" id="problem">[^<]+<\/p>/)
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it('refuses a picture that is none', async () => {
    const data = form({ title: 'x', secret: '', options: '' })
    data.set('qrcode', new File(['not a picture'], 'x.png'))
    expect((await page.post('/add', data, cookie)).status).toBe(422)
  })

  it('a name full of markup stays text', async () => {
    const name = '<img src=x onerror=alert(1)>"\''
    expect((await page.post('/add', form({ title: name, secret, options: '' }), cookie)).status).toBe(201)
    const list = await (await page.get('/', cookie)).text()
    expect(list).not.toContain('<img')
    expect(list).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;')
  })

  it('shows the first code before anything is saved', async () => {
    const good = (await (await page.post('/preview', { secret, options: '' }, cookie)).json()) as { says: string }
    expect(good.says).toMatch(/Its code now is \d{6}/)
    const bad = await page.post('/preview', { secret: 'GEZ1', options: '' }, cookie)
    const { error } = (await bad.json()) as { error: string }
    expect(error).toContain('Is it the letter I?')
    expect(error).not.toContain('GEZ1')
  })

  it('a store that went bad meanwhile is told as a page, with what to do', async () => {
    const whole = readFileSync(home.store)
    writeFileSync(home.store, whole.subarray(0, whole.length - 40))
    const answer = await page.get('/', cookie)
    const text = await answer.text()
    writeFileSync(home.store, whole)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([422, expect.stringContaining('text/html')])
    expect(text).toMatch(/is damaged \(it was cut or altered\)/)
    expect((await page.get('/', cookie)).status).toBe(200)
  })

  it('two pages at once keep their sessions in one browser, and open nothing of each other', async () => {
    const other = await startAgentPage(home)
    const otherCookie = await other.open()
    const jar = `${cookie}; ${otherCookie}`
    expect(otherCookie.split('=')[0]).not.toBe(cookie.split('=')[0])
    for (const one of [page, other, page]) expect((await one.post('/reveal', { name: 'gh' }, jar)).status).toBe(200)
    expect((await page.get('/', otherCookie)).status).toBe(401)
    expect((await other.get('/', cookie)).status).toBe(401)
    await other.stop()
    expect((await page.post('/reveal', { name: 'gh' }, jar)).status).toBe(200)
  })

  it('a body too large is refused', async () => {
    const answer = await page.post('/reveal', { name: 'x'.repeat(13 * 1024 * 1024) }, cookie).catch(() => null)
    expect([413, undefined]).toContain(answer?.status)
    expect((await page.get('/', cookie)).status).toBe(200)
  })
})

describeWith(['gpg'], 'the web page over a key with a passphrase', () => {
  let home: AgentHome
  let page: AgentPage
  let cookie: string

  beforeAll(async () => {
    home = makeAgentHome({ key: false })
    writeFileSync(join(home.gnupgHome, 'gpg-agent.conf'), 's2k-count 65536\n')
    home.addKey('me@local', 'open sesame')
    await home.run(['add', 'gh', '--secret', '-'], { input: secret })
    await home.run(['lock'])
    page = await startAgentPage(home)
    cookie = await page.open()
  })
  afterAll(async () => {
    await page.stop()
    home.remove()
  })

  it('gives no code before the passphrase, and says so', async () => {
    expect(await (await page.get('/', cookie)).text()).toContain('Set pass')
    for (const [path, body] of [
      ['/reveal', { name: 'gh' }],
      ['/totpgen', { file: 'gh' }],
    ] as const) {
      const answer = await page.post(path, body, cookie)
      expect(answer.status).toBe(401)
      expect(await answer.json()).toMatchObject({ error: expect.stringContaining('locked') })
    }
  })

  it('refuses a wrong passphrase, also while gpg remembers the right one', async () => {
    await page.post('/unlock', { passphrase: 'open sesame' }, cookie)
    const answer = await page.post('/unlock', { passphrase: 'shut' }, cookie)
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ error: expect.stringContaining('Wrong passkey or unable to decrypt') })
    expect((await page.post('/reveal', { name: 'gh' }, cookie)).status).toBe(401)
  })

  it('takes the right one once, at simpleotp’s address too, until lock', async () => {
    expect((await page.post('/totpgpgkey', { secretpass: 'open sesame' }, cookie)).status).toBe(202)
    expect((await page.post('/reveal', { name: 'gh' }, cookie)).status).toBe(200)
    expect(await (await page.get('/', cookie)).text()).not.toContain('Set pass')
    await page.post('/lock', {}, cookie)
    expect((await page.post('/reveal', { name: 'gh' }, cookie)).status).toBe(401)
  })

  it('`watchword lock` locks it from outside', async () => {
    await page.post('/unlock', { passphrase: 'open sesame' }, cookie)
    await home.run(['lock'])
    expect((await page.post('/reveal', { name: 'gh' }, cookie)).status).toBe(401)
  })

  it('locks itself when nobody uses it', async () => {
    writeFileSync(
      join(home.path, '.config', 'watchword', 'agent.json'),
      '{"gpgrecipient": "me@local", "lockAfterMinutes": 0.005}',
    )
    const idle = await startAgentPage(home)
    const other = await idle.open()
    await idle.post('/unlock', { passphrase: 'open sesame' }, other)
    await expect.poll(async () => (await idle.post('/reveal', { name: 'gh', refresh: true }, other)).status).toBe(401)
    await idle.stop()
  })
})

function form(fields: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

/** fetch sets the Host header itself, so this asks more bluntly. */
function statusFor({ origin }: AgentPage, host: string, cookie: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(origin, { headers: { Host: host, Cookie: cookie } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject).end()
  })
}
