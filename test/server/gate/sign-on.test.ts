import { expect, it } from 'vitest'
import { PlainBrowser } from '../../support/gate/browser.ts'
import { openGateHouse } from '../../support/gate/house.ts'
import { ProviderVisitor, startProvider } from '../../support/oidc-provider.ts'

const publicUrl = 'http://auth.mydomain.fr'

it('somebody a provider vouches for gets a gate session, is led back, and opens no console', async () => {
  const provider = await startProvider({
    redirectUris: [`${publicUrl}/auth/callback`],
    people: [{ sub: 'u1', name: 'Carol', preferredUsername: 'carol', email: 'carol@example.test', groups: ['ops'] }],
  })
  const house = await openGateHouse({
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
  const browser = new PlainBrowser(house.port, 'auth.mydomain.fr')
  const target = 'http://wiki.mydomain.fr/page?a=1&b=2'
  const page = await browser.get(`/auth/login?rd=${encodeURIComponent(target)}`)
  const way = /href="(\/auth\/sign-on[^"]*)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const leaving = await browser.get(way)
  const back = new URL(await new ProviderVisitor(provider.issuer).visit(String(leaving.headers.location), 'u1'))
  expect(back.origin + back.pathname).toBe(`${publicUrl}/auth/callback`)
  const { status, headers } = await browser.get(back.pathname + back.search)
  expect([status, headers.location]).toEqual([302, target])
  expect(headers['set-cookie']?.some((line) => /^watchword=.*Domain=mydomain\.fr/.test(line))).toBe(true)

  const checked = await browser.get('/auth/check')
  expect([checked.status, checked.headers['remote-user']]).toEqual([200, 'carol'])
  expect(String(checked.headers['remote-groups']).split(',')).toContain('ops')
  expect((await browser.get('/v1/me')).body).not.toContain('carol')
  await house.close()
})
