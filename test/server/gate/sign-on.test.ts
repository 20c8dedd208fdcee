import { expect, it, onTestFinished } from 'vitest'
import { PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { openGateHouse } from '../../support/gate/house.ts'
import { ProviderVisitor, startProvider } from '../../support/oidc-provider.ts'

const publicUrl = 'http://auth.mydomain.fr'

async function setUp(rules?: string) {
  const provider = await startProvider({
    redirectUris: [`${publicUrl}/auth/callback`],
    people: [{ sub: 'u1', name: 'Carol', preferredUsername: 'carol', email: 'carol@example.test', groups: ['ops'] }],
  })
  const house = await openGateHouse({
    ...(rules === undefined ? {} : { rules }),
    variables: {
      WATCHWORD_PUBLIC_URL: publicUrl,
      WATCHWORD_GATE_COOKIE_AREA: 'mydomain.fr',
      WATCHWORD_OIDC_ISSUER: provider.issuer,
      WATCHWORD_OIDC_CLIENT_ID: provider.clientId,
      WATCHWORD_OIDC_CLIENT_SECRET: provider.clientSecret,
      WATCHWORD_OIDC_SCOPES: 'openid profile email',
      WATCHWORD_OIDC_CALLBACK_PATH: '/auth/callback',
    },
  })
  onTestFinished(() => house.close())
  const browser = new PlainBrowser(house.port, 'auth.mydomain.fr')
  /** Follows the login page's way to the provider; answers what was asked there and where the visitor came out. */
  const goThrough = async (loginPage: string, visitor: ProviderVisitor, wish = '') => {
    const page = await browser.get(loginPage)
    const way = (/href="(\/auth\/sign-on[^"]*)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '') + wish
    const leaving = new URL(String((await browser.get(way)).headers.location))
    const back = new URL(await visitor.visit(leaving.href, 'u1'))
    return { asked: leaving.searchParams, back, answer: await browser.get(back.pathname + back.search) }
  }
  return { house, browser, provider, goThrough }
}

it('somebody a provider vouches for gets a gate session, is led back, and opens no console', async () => {
  const { browser, provider, goThrough } = await setUp()
  const target = 'http://wiki.mydomain.fr/page?a=1&b=2'
  const loginPage = `/auth/login?rd=${encodeURIComponent(target)}`
  const { back, answer } = await goThrough(loginPage, new ProviderVisitor(provider.issuer))
  expect(back.origin + back.pathname).toBe(`${publicUrl}/auth/callback`)
  const { status, headers } = answer
  expect([status, headers.location]).toEqual([302, target])
  expect(headers['set-cookie']?.some((line) => /^watchword=.*Domain=mydomain\.fr/.test(line))).toBe(true)

  const checked = await browser.get('/auth/check')
  expect([checked.status, checked.headers['remote-user']]).toEqual([200, 'carol'])
  expect(String(checked.headers['remote-groups']).split(',')).toContain('ops')
  expect((await browser.get('/v1/me')).body).not.toContain('carol')
})

it('P7 a sign-on ends the session the browser showed before it', async () => {
  const { house, browser, provider, goThrough } = await setUp()
  const planted = await house.signIn(await house.addPerson('mallory'))
  browser.cookies.set('watchword', planted)
  const { answer } = await goThrough('/auth/login?again=1', new ProviderVisitor(provider.issuer))
  expect(answer.status).toBe(302)
  const cookie = `watchword=${planted}`
  expect((await exchange(house.port, '/auth/check', { headers: { cookie } })).status).toBe(401)
  expect((await browser.get('/auth/check')).headers['remote-user']).toBe('carol')
})

it('somebody of whom a rule asks a fresh proof gives it at the provider, whatever session is open there', async () => {
  const { house, browser, provider, goThrough } = await setUp(
    'rules:\n  - path: /payroll/\n    policy: one_factor\n    step_up_minutes: 5\n  - host: wiki.mydomain.fr\n    policy: one_factor\n',
  )
  const visitor = new ProviderVisitor(provider.issuer)
  const check = async () => {
    const headers = { 'x-original-url': 'http://wiki.mydomain.fr/payroll/', 'x-original-method': 'GET' }
    const { status, headers: told } = await browser.get('/check/nginx', { ...headers, 'sec-fetch-mode': 'navigate' })
    return { status, location: String(told.location) }
  }
  await goThrough('/auth/login', visitor)
  expect((await check()).status).toBe(200)
  house.advance(6 * 60_000)
  const stale = await check()
  expect(stale.location).toContain('&again=1')
  const { pathname, search } = new URL(stale.location)
  const { asked, answer } = await goThrough(pathname + search, visitor)
  expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '0'])
  expect(answer.headers.location).toBe('http://wiki.mydomain.fr/payroll/')
  expect((await check()).status).toBe(200)
})

it('B4 somebody who wishes to stay logged in does, and nobody who does not', async () => {
  const { house, browser, provider, goThrough } = await setUp()
  const visitor = new ProviderVisitor(provider.issuer)
  const cookieOf = async (wish: string) => {
    const { answer } = await goThrough('/auth/login', visitor, wish)
    return answer.headers['set-cookie']?.find((line) => line.startsWith('watchword=')) ?? ''
  }
  expect(await cookieOf('')).not.toContain('Max-Age')
  await browser.get('/auth/logout')
  expect(await cookieOf('&remember=1')).toContain(`Max-Age=${30 * 86_400}`)
  house.advance(29 * 86_400_000)
  expect((await browser.get('/auth/check')).status).toBe(200)
})
