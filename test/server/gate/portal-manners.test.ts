import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textsFor } from '../../../src/server/gate/portal/texts.ts'
import { hiddenFields, PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../../support/gate/house.ts'

const origin = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin' }
const german = { 'accept-language': 'de' }

describe('the manners of the portal', () => {
  let house: GateHouse
  let root: HousePerson

  beforeAll(async () => {
    house = await openGateHouse()
    root = await house.addPerson('root', { role: 'administrator' })
  })
  afterAll(() => house.close())

  const proof = () => ({ user: 'root', password: passphrase, token: house.freshCode(root) })
  const loggedIn = async () => {
    const browser = new PlainBrowser(house.port)
    const answer = await browser.logIn(proof(), { headers: origin })
    return { browser, answer }
  }

  it('sets each cookie once', async () => {
    const { answer } = await loggedIn()
    const named = (name: string) =>
      (answer.headers['set-cookie'] ?? []).filter((line) => line.startsWith(`${name}=`)).length
    expect([named('watchword'), named('watchword_device')]).toEqual([1, 1])
  })

  it('greets in the language of the browser, unless the house has words of its own', async () => {
    const { body } = await new PlainBrowser(house.port).get('/auth/login', german)
    expect(body).toContain('Melden Sie sich an, um fortzufahren.')
    expect(body).not.toContain('Log in to go on.')
  })

  it.each([
    ['en;q=0.1,de;q=0.9', 'de'],
    ['de;q=0.1,en;q=0.9', 'en'],
    ['fr,de;q=0.5,en;q=0.4', 'de'],
    ['de-CH', 'de'],
    ['de;q=0', 'en'],
    ['de;q=0, en;q=0', 'en'],
    ['deu', 'en'],
    ['en,de', 'en'],
    ['de;level=1;q=0.2,en;q=0.3', 'en'],
    ['', 'en'],
  ])('B17 reads %s as a wish for %s', (wish, language) => {
    expect(textsFor(wish).language).toBe(language)
  })

  it('B17 shows digits for the code and letters for a recovery code', async () => {
    const { body } = await new PlainBrowser(house.port).get('/auth/login')
    expect(/<input[^>]*id="token"[^>]*>/.exec(body)?.[0]).toContain('inputmode="numeric"')
    expect(body).toContain('<label for="recovery">')
    expect(/<input[^>]*id="recovery"[^>]*>/.exec(body)?.[0]).not.toContain('inputmode')
  })

  it('tells a screen reader which session a button ends', async () => {
    const { browser } = await loggedIn()
    await new PlainBrowser(house.port).logIn(proof(), {
      headers: { ...origin, 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' },
    })
    const { body } = await browser.get('/auth/sessions')
    const spoken = [...body.matchAll(/<button[^>]*aria-label="([^"]*)"/g)].map(([, label]) => label)
    expect(spoken).toContainEqual(expect.stringMatching(/^End Firefox, Windows, last seen 20\d\d-.* UTC$/))
  })

  it('P27 says so when the form of the sessions was open too long, and ends nothing', async () => {
    const { browser } = await loggedIn()
    const page = await browser.get('/auth/sessions')
    const form = { ...hiddenFields(page.body), session: 'others', csrf_token: 'stale.token' }
    const { status, body } = await browser.post('/auth/sessions', form, origin)
    expect([status, body.includes('This form was open too long. Please try again.')]).toEqual([403, true])
    expect(body).toContain('role="alert"')
  })

  it('adds people in the language of the page, and keeps the typed name', async () => {
    const { browser } = await loggedIn()
    const add = async (fields: Record<string, string>) => {
      const page = await browser.get('/auth/gen', german)
      const form = { ...hiddenFields(page.body), token: house.freshCode(root), ...fields }
      return browser.post('/auth/gen', form, { ...origin, ...german })
    }
    const unproven = await add({ user: 'berta', password: passphrase, token: '000000' })
    expect([unproven.status, unproven.body.includes('Ihr eigener Code wurde nicht angenommen')]).toEqual([403, true])
    const taken = await add({ user: 'root', password: passphrase })
    expect([taken.status, taken.body.includes('Eine Person dieses Namens gibt es schon.')]).toEqual([409, true])
    expect(taken.body).toContain('value="root"')
    const weak = await add({ user: 'berta', password: 'short' })
    expect([weak.status, weak.body.includes('mindestens zehn Zeichen')]).toEqual([400, true])
    expect(weak.body).toContain('value="berta"')
    const odd = await add({ user: 'a/b', password: passphrase })
    expect([odd.status, odd.body.includes('keine Schrägstriche')]).toEqual([400, true])
  })

  it('shows browsers a page where there is none, and programs a problem', async () => {
    const browser = new PlainBrowser(house.port)
    const nowhere = await browser.get('/auth/nope', german)
    expect([nowhere.status, nowhere.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(nowhere.body).toContain('Diese Seite gibt es nicht')
    expect((await browser.get('/auth/')).headers.location).toBe('/auth/sessions')
    const told = await exchange(house.port, '/auth/nope', { headers: { accept: 'application/json' } })
    expect([told.status, told.headers['content-type']]).toEqual([404, expect.stringContaining('problem+json')])
  })
})
