import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../../src/server/config.ts'
import {
  type LoopCause,
  type LoopFacts,
  loopCauses,
  LoopDetector,
} from '../../../src/server/gate/portal/loop-detector.ts'
import { inkOn, ringOn } from '../../../src/server/gate/portal/style.ts'
import { hiddenFields, PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { openGateHouse, passphrase } from '../../support/gate/house.ts'

const origin = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin' }

async function open(variables: Record<string, string> = {}) {
  const house = await openGateHouse({ variables })
  onTestFinished(() => house.close())
  return house
}

function temporaryFile(name: string, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-look-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

describe('a portal that looks like its house', () => {
  it('B17 shows title, greeting and footer as text, and colour and logo from its own address', async () => {
    const logo = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    const house = await open({
      WATCHWORD_GATE_TITLE: 'Ämter & <Söhne>',
      WATCHWORD_GATE_GREETING: 'Welcome <b>back</b>.',
      WATCHWORD_GATE_FOOTER: 'Questions? Ask <desk>.',
      WATCHWORD_GATE_ACCENT: '#0a5c36',
      WATCHWORD_GATE_LOGO_FILE: temporaryFile('logo.svg', logo),
    })
    const { body } = await new PlainBrowser(house.port).get('/auth/login')
    expect(body).toContain('Ämter &amp; &lt;Söhne&gt;')
    expect(body).toContain('Welcome &lt;b&gt;back&lt;/b&gt;.')
    expect(body).toContain('Questions? Ask &lt;desk&gt;.')
    const [, source = ''] = /<img[^>]*src="([^"]+)"/.exec(body) ?? []
    expect(source).toMatch(/^\/auth\//)
    const picture = await exchange(house.port, source)
    expect([picture.status, picture.body]).toEqual([200, logo])
    expect((await exchange(house.port, '/auth/style.css')).body).toContain('--accent:#0a5c36')
    expect(body).not.toMatch(/(?:src|href)="https?:/)
  })

  it('B17 writes on every colour in the ink that can be read there', () => {
    expect(['#000000', '#8c2f1b', '#0a5c36', '#ffd500', '#ffffff'].map(inkOn)).toEqual([
      '#fff',
      '#fff',
      '#fff',
      '#000',
      '#000',
    ])
  })

  it('B17 rings the field that is typed in with a colour that can be seen, whatever the accent', () => {
    expect(['#8c2f1b', '#0a5c36', '#ffd500', '#ffffff', '#7fb2ff'].map(ringOn)).toEqual([
      '#8c2f1b',
      '#0a5c36',
      '#1d2025',
      '#1d2025',
      '#1d2025',
    ])
  })

  it('B17 ties what is said to the field the cursor stands in, for whoever listens to the page', async () => {
    const house = await open()
    const browser = new PlainBrowser(house.port)
    expect((await browser.get('/auth/login')).body).not.toContain('aria-describedby="message')
    const fields = { user: 'alice', password: passphrase, token: '000000' }
    const { body } = await browser.logIn(fields, { headers: origin })
    expect(body).toContain('<div id="message" class="message" role="alert">')
    const focused = (body.match(/<input[^>]*>/g) ?? []).filter((input) => input.includes('autofocus'))
    expect(focused).toEqual([expect.stringMatching(/id="password"[^>]*aria-describedby="message"/)])
    const nobody = await browser.logIn({ ...fields, user: '' }, { headers: origin })
    const [user] = (nobody.body.match(/<input[^>]*>/g) ?? []).filter((input) => input.includes('autofocus'))
    expect(user).toMatch(/id="user"[^>]*aria-describedby="message"/)
  })

  it('B17 shows no logo, footer or foreign colour unless told to', async () => {
    const house = await open()
    const { body } = await new PlainBrowser(house.port).get('/auth/login')
    expect(body).toContain('<h1>Watchword</h1>')
    expect(body).not.toContain('<img')
    for (const accent of ['red', '#12', 'url(https://evil.test)', '#0a5c36;}body{display:none']) {
      expect(() => readConfig({ WATCHWORD_GATE_ACCENT: accent })).toThrow(/WATCHWORD_GATE_ACCENT/)
    }
  })

  it('B17 speaks the language of the browser', async () => {
    const house = await open()
    const german = await new PlainBrowser(house.port).get('/auth/login', { 'accept-language': 'de-CH,de;q=0.9' })
    expect(german.body).toContain('lang="de"')
    expect(german.body).toContain('Benutzername')
  })
})

describe('remember me', () => {
  it('B4 is not offered, and not given to who asks all the same, where it is switched off', async () => {
    const house = await open({ WATCHWORD_GATE_REMEMBER_DAYS: '0', TOKEN_LIFETIME: '600' })
    const alice = await house.addPerson('alice')
    const browser = new PlainBrowser(house.port)
    const page = await browser.get('/auth/login')
    expect(page.body).not.toContain('name="remember"')
    const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice), remember: '1' }
    const form = { ...hiddenFields(page.body), ...fields }
    const { status, headers } = await browser.post('/auth/login', form, origin)
    const line = (headers['set-cookie'] ?? []).find((each) => each.startsWith('watchword='))
    expect([status, line?.includes('Max-Age')]).toEqual([302, false])
    house.advance(601_000)
    expect((await browser.get('/auth/check')).status).toBe(401)
  })

  it('B4 lasts as long as it says, and no longer', async () => {
    const house = await open({ WATCHWORD_GATE_REMEMBER_DAYS: '2', WATCHWORD_GATE_IDLE_MINUTES: '5' })
    const alice = await house.addPerson('alice')
    const browser = new PlainBrowser(house.port)
    const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice), remember: '1' }
    await browser.logIn(fields, { headers: origin })
    house.advance(47 * 3_600_000)
    expect((await browser.get('/auth/check')).status).toBe(200)
    house.advance(2 * 3_600_000)
    expect((await browser.get('/auth/check')).status).toBe(401)
  })

  it('B4 a session that is not remembered ends when it is idle', async () => {
    const house = await open({ WATCHWORD_GATE_IDLE_MINUTES: '5' })
    const alice = await house.addPerson('alice')
    const browser = new PlainBrowser(house.port)
    await browser.logIn({ user: 'alice', password: passphrase, token: house.freshCode(alice) }, { headers: origin })
    house.advance(4 * 60_000)
    expect((await browser.get('/auth/check')).status).toBe(200)
    house.advance(6 * 60_000)
    expect((await browser.get('/auth/check')).status).toBe(401)
  })
})

describe('the detector of redirect loops', () => {
  const facts: LoopFacts = { scheme: 'https', host: 'app.example.com', isCookieSecure: true, cookieDomain: null }
  const cases: readonly [string, Partial<LoopFacts>, readonly LoopCause[]][] = [
    ['a Secure cookie over plain HTTP', { scheme: 'http' }, ['plain_http']],
    ['a cookie for another domain', { cookieDomain: 'example.org' }, ['domain']],
    ['a cookie for a public suffix', { cookieDomain: 'co.uk', host: 'app.co.uk' }, ['public_suffix']],
    ['two causes at once', { scheme: 'http', cookieDomain: 'example.org' }, ['plain_http', 'domain']],
    ['nothing of ours', { cookieDomain: 'example.com' }, ['proxy']],
    ['nothing of ours over plain HTTP', { scheme: 'http', isCookieSecure: false }, ['proxy']],
  ]

  it.each(cases)('N4 blames %s', (_cause, more, causes) => {
    expect(loopCauses({ ...facts, ...more })).toEqual(causes)
  })

  it('N4 takes two logins of one browser for one page within a minute for a loop, and nothing less', () => {
    const loops = new LoopDetector()
    loops.noteLogin('browser', '/page', 0)
    expect(loops.isLoop('browser', '/page', 1000)).toBe(false)
    loops.noteLogin('browser', '/page', 1000)
    expect(loops.isLoop('browser', '/page', 2000)).toBe(true)
    expect(loops.isLoop('browser', '/other', 2000)).toBe(false)
    expect(loops.isLoop('another', '/page', 2000)).toBe(false)
    expect(loops.isLoop(undefined, '/page', 2000)).toBe(false)
    expect(loops.isLoop('browser', '/page', 62_000)).toBe(false)
  })

  it('N4 names plain HTTP to a browser that drops the Secure cookie, and keeps the form', async () => {
    const house = await open({ WATCHWORD_GATE_COOKIE_SECURE: 'true' })
    const alice = await house.addPerson('alice')
    const browser = new PlainBrowser(house.port)
    for (let round = 0; round < 2; round += 1) {
      const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
      expect((await browser.logIn(fields, { path: '/auth/login?orig_path=/loop', headers: origin })).status).toBe(302)
      browser.cookies.delete('__Host-watchword')
    }
    const { body } = await browser.get('/auth/login?orig_path=/loop', origin)
    expect(body).toContain('plain HTTP')
    expect(body).toContain('name="rd" value="/loop"')
  })
})
