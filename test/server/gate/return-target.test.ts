import { describe, expect, it } from 'vitest'
import { cookieReach, domainOf, parseCookieArea } from '../../../src/server/gate/cookie-area.ts'
import { identityHeaders } from '../../../src/server/gate/identity.ts'
import { readVisit } from '../../../src/server/gate/proxy-family.ts'
import { originalPath, returnTarget } from '../../../src/server/gate/return-target.ts'

const rule = { portalOrigin: 'https://auth.example.com', domains: ['example.com'] }

describe('returnTarget', () => {
  it.each([
    ['https://app.example.com/a?b=1&c=2', 'https://app.example.com/a?b=1&c=2'],
    ['/inside', 'https://auth.example.com/inside'],
    ['https://example.com', 'https://example.com/'],
  ])('leads %s home', (wish, expected) => {
    expect(returnTarget(wish, rule)).toBe(expected)
  })

  it('leads nowhere by a wish that is longer than 8 KB', () => {
    expect(returnTarget(`/${'a'.repeat(8191)}`, rule)).toMatch(/^https:\/\/auth\.example\.com\/a/)
    expect(returnTarget(`/${'a'.repeat(8192)}`, rule)).toBeNull()
  })

  it.each([
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    'https:///evil.test',
    '/./\\evil.test',
    '//app.example.com/inside',
    '/inside\\app',
    'https://',
    'https://app.example.com:99999/',
    '/.//evil.test',
    'https://app.ok@evil.test',
    'https://app.example.com@evil.test/',
    'https://evil.test@app.example.com/',
    'https://:x@app.example.com/',
    'https://evilexample.com/',
    'https://example.com.evil.test/',
    'http://app.example.com/',
    'https://app.example.com:8443/',
    'https://app.example.com./',
    'https://[::1]/',
    'https://xn--exmple-cua.com/',
    'https://app.example.com/\r\nSet-Cookie: a=b',
    'javascript:alert(1)',
    'https:evil.test',
    'evil.test',
    '',
  ])('P9 refuses %j', (wish) => {
    expect(returnTarget(wish, rule)).toBeNull()
  })

  it('S6 takes everything after orig_path= as nginx sends it', () => {
    expect(originalPath('orig_path=/a?b=1&c=2')).toBe('/a?b=1&c=2')
    expect(originalPath('orig_path=%2Fa%3Fb%3D1')).toBe('/a?b=1')
    expect(originalPath('x=1&orig_path=/a')).toBe('/a')
    expect(originalPath('rd=/a')).toBeNull()
    expect(originalPath('xorig_path=/a')).toBeNull()
  })
})

describe('cookieReach', () => {
  it.each([
    ['https://a.b.co.uk', 'b.co.uk'],
    ['https://test.mydomain.fr:8443', 'mydomain.fr'],
    ['https://x.duckdns.org', null],
    ['https://192.168.1.10', null],
    ['https://[::1]', null],
    ['http://localhost:3000', null],
    ['null', null],
    [undefined, null],
  ])('P29 T68 relaxed: origindomain from %s is %s', (origin, expected) => {
    expect(domainOf(cookieReach({ kind: 'origindomain', allowed: [] }, 'gate', origin))).toBe(expected)
  })

  it('P29 an allow-list refuses an Origin outside it', () => {
    const area = { kind: 'origindomain', allowed: ['mydomain.fr'] } as const
    expect(cookieReach(area, 'gate', 'https://test.mydomain.fr')).toEqual({ kind: 'domain', domain: 'mydomain.fr' })
    expect(cookieReach(area, 'gate', 'https://evil.test').kind).toBe('nowhere')
    expect(cookieReach(area, 'gate', undefined).kind).toBe('nowhere')
  })

  it('S5 reads the three modes and refuses a public suffix as fixed domain', () => {
    expect(parseCookieArea('currentdomain', [])).toEqual({ kind: 'currentdomain' })
    expect(parseCookieArea('mydomain.fr', [])).toEqual({ kind: 'fixed', domain: 'mydomain.fr' })
    expect(parseCookieArea('co.uk', [])).toBeNull()
    expect(parseCookieArea('', [])).toBeNull()
  })
})

describe('readVisit', () => {
  const nginx = { 'x-original-url': 'https://a.example/admin', 'x-original-method': 'GET' }
  const forward = {
    'x-forwarded-uri': '/admin',
    'x-forwarded-host': 'a.example',
    'x-forwarded-proto': 'https',
    'x-forwarded-method': 'GET',
  }

  it('P2 reads its own family alone', () => {
    expect(readVisit('nginx', { headers: { ...nginx, 'x-forwarded-uri': '/public' } })?.target).toBe('/admin')
    expect(
      readVisit('forward', { headers: { ...forward, 'x-original-url': 'https://a.example/public' } })?.target,
    ).toBe('/admin')
    expect(readVisit('nginx', { headers: forward })).toBeNull()
    expect(readVisit('forward', { headers: nginx })).toBeNull()
  })

  it.each(Object.keys(forward))('P15 refuses a forward check without %s', (name) => {
    const { [name as keyof typeof forward]: _removed, ...rest } = forward
    expect(readVisit('forward', { headers: rest })).toBeNull()
  })

  it('P16 other headers have no effect', () => {
    const noise = {
      'x-forwarded-prefix': '/public',
      'x-original-host': 'b',
      'x-rewrite-url': '/public',
      forwarded: 'host=b',
    }
    expect(readVisit('forward', { headers: { ...forward, ...noise } })).toEqual(
      readVisit('forward', { headers: forward }),
    )
  })

  it('refuses a header that came twice', () => {
    expect(readVisit('forward', { headers: { ...forward, 'x-forwarded-host': 'good, evil' } })).toBeNull()
    expect(readVisit('nginx', { headers: { ...nginx, 'x-original-url': 'https://a/, https://b/' } })).toBeNull()
  })

  it.each(['ws', 'wss', 'ftp', 'HTTPS', 'https:'])('P15 refuses the scheme %s: no app is visited by it', (scheme) => {
    expect(readVisit('forward', { headers: { ...forward, 'x-forwarded-proto': scheme } })).toBeNull()
    const headers = { host: 'a.example', 'x-forwarded-proto': scheme }
    expect(readVisit('ext-authz', { headers, method: 'GET', url: '/check/ext-authz/x' })).toBeNull()
  })

  it.each(['G=T', 'GET/', '-GET', '7', 'G\xc9T', 'A'.repeat(33)])('P15 refuses the method %s', (method) => {
    expect(readVisit('nginx', { headers: { ...nginx, 'x-original-method': method } })).toBeNull()
    expect(readVisit('forward', { headers: { ...forward, 'x-forwarded-method': method } })).toBeNull()
  })

  it('takes the visited path from behind the prefix for Envoy', () => {
    const headers = { host: 'a.example', 'x-forwarded-proto': 'https' }
    expect(readVisit('ext-authz', { headers, method: 'POST', url: '/check/ext-authz/x?y=1' })).toMatchObject({
      method: 'POST',
      target: '/x?y=1',
    })
  })
})

describe('identityHeaders', () => {
  const identity = { username: 'alice', displayName: 'Alïce', email: 'alice@example.com', groups: ['ops', 'a,b'] }

  it('P17 names all four headers, empty where unknown', () => {
    expect(Object.keys(identityHeaders({ username: '', displayName: '', email: '', groups: [] }))).toHaveLength(4)
  })

  it.each(['a@evil@company', 'a\r\nX: y', 'a,b', 'a:b', 'a\0b'])(
    'P8 P35 the name %j never reaches a header',
    (username) => {
      expect(identityHeaders({ ...identity, username })['Remote-User']).toBe('')
    },
  )

  it('P35 encodes what is not Latin and drops groups with the separator', () => {
    expect(identityHeaders(identity)).toEqual({
      'Remote-User': 'alice',
      'Remote-Groups': 'ops',
      'Remote-Name': 'Al%C3%AFce',
      'Remote-Email': 'alice@example.com',
    })
  })
})
