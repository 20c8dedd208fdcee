import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../../../src/otp/base32.ts'
import { totp } from '../../../../src/otp/totp.ts'
import { readConfig } from '../../../../src/server/config.ts'
import { engines } from '../../../support/engines.ts'
import { type ProviderPerson, startProvider } from '../../../support/oidc-provider.ts'
import { callback, clientSecretsOf, openDoor, temporaryFolder, Visitor } from './house.ts'
import { fc } from '../../../support/property.ts'

const secretBase32 = 'JBSWY3DPEHPK3PXP'
const admin = { sub: 'u1', preferredUsername: 'anna', groups: ['token-admins'] }
const member = { sub: 'u2', preferredUsername: 'ben', groups: ['token-admins-not', 'staff'] }
const hexKey = (id: string, name: string) => `${Buffer.from(id).toString('hex')}.${Buffer.from(name).toString('hex')}`

async function setUp(variables: Record<string, string> = {}, people: ProviderPerson[] = [admin, member]) {
  const provider = await startProvider({ redirectUris: [callback], people })
  const folder = temporaryFolder()
  const house = await openDoor({ ...clientSecretsOf(provider, folder), AUTHZ_ADMIN: 'token-admins', ...variables })
  const visitor = async (sub?: string) => {
    const browser = new Visitor(house)
    if (sub !== undefined) await browser.logIn(provider, sub)
    return browser
  }
  const add = async (browser: Visitor, fields: Record<string, string>) =>
    browser.call('POST', '/api/secrets', { json: fields, headers: { 'x-csrftoken': await browser.csrfToken() } })
  return { ...house, house, provider, folder, visitor, add }
}

const otherBase32 = 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU'
const production = { id: '123456789012', display_name: 'Prod räksmörgås', key: secretBase32 }
const productionKey = hexKey(production.id, production.display_name)

describe('login (checklist 1 to 4)', () => {
  it('1. sends anonymous visitors of / to the provider with client, scope, code and state', async () => {
    const { visitor, provider } = await setUp()
    const browser = await visitor()
    for (const page of ['/', '/admin', '/Admin']) {
      const begun = await browser.get((await browser.get(page)).location ?? '')
      const address = new URL(begun.location ?? '')
      expect(address.href.startsWith(`${provider.issuer}/auth`)).toBe(true)
      expect(Object.fromEntries(address.searchParams)).toMatchObject({
        client_id: provider.clientId,
        redirect_uri: callback,
        scope: 'openid profile email',
        response_type: 'code',
        state: expect.stringMatching(/./),
      })
    }
  })

  it('2. comes back to the page first asked for, and logs nobody in by a wrong or missing state or code', async () => {
    const { visitor, provider } = await setUp()
    const browser = await visitor()
    expect(await browser.logIn(provider, 'u1', '/admin')).toBe('/admin')
    for (const query of ['', '?code=x', '?state=x', '?code=x&state=y', '?error=access_denied&state=z']) {
      const stranger = await visitor()
      const answer = await stranger.get(`/authorization-code/callback${query}`)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect((await stranger.get('/api/secrets')).status).toBe(401)
    }
  })

  it('3. takes callback route and scopes from the variables, and refuses scopes without openid', async () => {
    const { visitor } = await setUp({ OIDC_CALLBACK_ROUTE: '/other/callback', OIDC_SCOPES: 'openid groups' })
    const browser = await visitor()
    const begun = await browser.get((await browser.get('/admin')).location ?? '')
    const { searchParams } = new URL(begun.location ?? '')
    expect(searchParams.get('redirect_uri')).toBe('http://localhost:8000/other/callback')
    expect(searchParams.get('scope')).toBe('openid groups')
    await expect(setUp({ OIDC_SCOPES: 'profile email' })).rejects.toThrow(/openid/)
  })

  it.each(['GENERATED', 'generated'])('4. works with %s and Okta’s addresses too', async (word) => {
    const provider = await startProvider({ redirectUris: [callback], people: [admin] })
    const house = await openDoor({
      OIDC_CLIENT_SECRETS: word,
      OIDC_PROVIDER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET_KEY: provider.clientSecret,
    })
    const browser = new Visitor(house)
    const begun = await browser.get((await browser.get('/admin')).location ?? '')
    expect(begun.location?.startsWith(`${provider.issuer}/v1/authorize?`)).toBe(true)
  })
})

describe('accounts (checklist 5 to 10, 14 to 17)', () => {
  it('5. 16. lists what the person may see with id, name and key, and never the secret', async () => {
    const { visitor, add } = await setUp()
    const anna = await visitor('u1')
    expect((await add(anna, production)).body).toBe(JSON.stringify({ key: productionKey }))
    const listed = await (await visitor('u2')).get('/api/secrets')
    expect(JSON.parse(listed.body)).toEqual([
      { display_name: 'Prod räksmörgås', id: '123456789012', key: productionKey },
    ])
    expect(listed.headers['cache-control']).toBe('no-store')
  })

  it('6. 15. T104 relaxed to two keys: shows the code of RFC 6238 and the seconds left, by both addresses, never a stale one', async () => {
    const { visitor, add, clock } = await setUp()
    await add(await visitor('u1'), production)
    const ben = await visitor('u2')
    const beginMs = Math.ceil(clock.nowMs() / 30_000) * 30_000
    const expected: [number, number][] = [
      [0, 30],
      [500, 30],
      [29_000, 1],
      [29_499, 1],
      [29_500, 1],
      [29_999, 1],
      [30_000, 30],
    ]
    for (const [afterMs, remaining] of expected) {
      clock.set(beginMs + afterMs)
      const answer = await ben.get(`/secret/${productionKey}`)
      const token = totp(decodeBase32(secretBase32), clock.nowMs())
      expect(answer.body).toBe(JSON.stringify({ time_remaining: remaining, token }))
      expect((await ben.get(`/api/secrets/${productionKey}`)).body).toBe(answer.body)
    }
  })

  it('8. 9. 17. takes the old form, says what was added, and needs the CSRF token', async () => {
    const { visitor } = await setUp()
    const anna = await visitor('u1')
    const fields = { id: 'aws-1', display_name: 'AWS <one>', secret: 'jbsw y3dp ehpk 3pxp' }
    expect((await anna.call('POST', '/admin', { form: fields })).status).toBe(400)
    expect((await anna.call('POST', '/admin', { form: { ...fields, csrf_token: 'forged' } })).body).toContain(
      'The CSRF token is missing.',
    )
    const csrf_token = await anna.csrfToken()
    const added = await anna.call('POST', '/admin', { form: { ...fields, csrf_token } })
    expect([added.status, added.location]).toEqual([302, '/'])
    expect(decodeURIComponent(anna.cookies.get('watchword_notice') ?? '')).toBe('Added key AWS <one>(aws-1)')
    expect(JSON.parse((await anna.get('/api/secrets')).body)).toMatchObject([{ id: 'aws-1' }])
    for (const missing of ['id', 'display_name', 'secret']) {
      const refused = await anna.call('POST', '/admin', { form: { ...fields, [missing]: ' ', csrf_token } })
      expect([refused.status, refused.body.includes('Fill in every field')]).toEqual([400, true])
    }
    const shown = await anna.get('/Admin')
    expect(shown.status).toBe(200)
    expect(shown.body).toContain(`<meta name="csrf-token" content="${csrf_token}">`)
  })

  it('refuses a secret that is none when it is added, and a name that is taken', async () => {
    const { visitor, add } = await setUp()
    const anna = await visitor('u1')
    const wrong = await add(anna, { ...production, key: 'not base32!' })
    expect(wrong.status).toBe(400)
    expect(wrong.body).not.toContain('not base32!')
    await add(anna, production)
    expect((await add(anna, { ...production, key: 'KRSXG5CTMVRXEZLU' })).status).toBe(409)
    expect((await add(anna, { ...production, display_name: 'Again' })).status).toBe(409)
    const uri = `otpauth://totp/x?secret=KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU`
    expect((await add(anna, { ...production, display_name: 'By URI', key: uri })).status).toBe(200)
  })

  it('refuses what it would not show again, and a second copy of a secret with advice that can be followed', async () => {
    const { visitor, add } = await setUp()
    const anna = await visitor('u1')
    const counting = await add(anna, { ...production, key: `otpauth://hotp/x?secret=${secretBase32}&counter=0` })
    expect(JSON.parse(counting.body)).toMatchObject({ code: 'totpshare_counts' })
    expect(counting.body).toContain('Add it in the console')
    expect(counting.status).toBe(400)
    expect((await anna.get('/api/secrets')).body).toBe('[]')
    await add(anna, production)
    const again = await add(anna, { ...production, display_name: 'Again' })
    expect(again.status).toBe(409)
    expect(JSON.parse(again.body)).toMatchObject({ code: 'totpshare_secret_taken' })
    expect(again.body).not.toContain('allowDuplicate')
  })

  it('gives a restored account another key when its own is taken, and each key leads to one account', async () => {
    const { visitor, add, rooms, clock } = await setUp()
    const anna = await visitor('u1')
    await add(anna, production)
    const path = `/api/secrets/${productionKey}`
    expect((await anna.get(path)).status).toBe(200)
    await anna.call('DELETE', path, { headers: { 'x-csrftoken': await anna.csrfToken() } })
    await add(anna, { ...production, key: otherBase32 })
    const operator = { kind: 'operator', name: 'test', address: '' } as const
    const [first] = (await rooms.vault.list(operator, { deleted: true })).items
    await rooms.vault.restore(operator, first?.id ?? '')
    const listed = JSON.parse((await anna.get('/api/secrets')).body) as { key: string }[]
    expect(new Set(listed.map(({ key }) => key)).size).toBe(2)
    const shown = JSON.parse((await anna.get(path)).body) as { token: string }
    expect(shown.token).toBe(totp(decodeBase32(otherBase32), clock.nowMs()))
    const kept = listed.find(({ key }) => key !== productionKey)
    const restored = JSON.parse((await anna.get(`/secret/${kept?.key}`)).body) as { token: string }
    expect(restored.token).toBe(totp(decodeBase32(secretBase32), clock.nowMs()))
  })

  it('10. 16. deletes by DELETE with 204 and by the form with a redirect, for good', async () => {
    const { visitor, add } = await setUp()
    const anna = await visitor('u1')
    const csrf_token = await anna.csrfToken()
    const path = `/api/secrets/${productionKey}`
    await add(anna, production)
    expect((await anna.call('DELETE', path)).status).toBe(400)
    expect((await anna.call('DELETE', path, { headers: { 'x-csrftoken': csrf_token } })).status).toBe(204)
    expect((await anna.get(path)).status).toBe(404)
    await add(anna, production)
    expect((await anna.get(path)).status).toBe(200)
    const deleted = await anna.call('POST', path, { form: { csrf_token } })
    expect([deleted.status, deleted.location]).toEqual([302, '/admin'])
    expect((await anna.get('/api/secrets')).body).toBe('[]')
    expect((await anna.call('DELETE', path, { headers: { 'x-csrftoken': csrf_token } })).status).toBe(404)
  })

  it('14. T53 gives a stored secret back by no address, for users and administrators', async () => {
    const { visitor, add } = await setUp()
    const anna = await visitor('u1')
    await add(anna, production)
    const told: string[] = []
    for (const browser of [anna, await visitor('u2')]) {
      for (const page of ['/', '/admin', '/api/secrets', `/api/secrets/${productionKey}`, `/secret/${productionKey}`]) {
        told.push((await browser.get(`${page}?secret=true&withSecret=1`)).body)
      }
    }
    const bytes = Buffer.from(decodeBase32(secretBase32))
    for (const spelling of [secretBase32, bytes.toString('hex'), bytes.toString('base64')]) {
      expect(told.join()).not.toContain(spelling)
      expect(told.join().toLowerCase()).not.toContain(spelling.toLowerCase())
    }
  })

  it('audits each code, add and delete with the door', async () => {
    const { visitor, add, rooms } = await setUp()
    const anna = await visitor('u1')
    await add(anna, production)
    await anna.get(`/secret/${productionKey}`)
    await anna.call('DELETE', `/api/secrets/${productionKey}`, { headers: { 'x-csrftoken': await anna.csrfToken() } })
    const { items } = await rooms.core.audit.list({ action: 'account.' })
    expect(items.map(({ action, actorName }) => `${actorName} ${action}`).toReversed()).toEqual([
      'anna account.create',
      'anna account.grant.create',
      'anna account.grant.create',
      'anna account.reveal',
      'anna account.delete',
    ])
    expect(items.find(({ action }) => action === 'account.reveal')?.detail).toMatchObject({ door: 'totpshare' })
  })
})

describe('rights (checklist 11 to 13)', () => {
  it('11. 13. refuses who is not exactly in the group, and names the group', async () => {
    const { visitor, add } = await setUp()
    await add(await visitor('u1'), production)
    const ben = await visitor('u2')
    const page = await ben.get('/admin')
    expect(page.status).toBe(403)
    expect(page.body).toContain('Admins must be a member of the token-admins group, has staff, token-admins-not.')
    const csrf = { 'x-csrftoken': JSON.parse((await ben.get('/v1/me')).body).csrfToken as string }
    const path = `/api/secrets/${productionKey}`
    expect((await ben.call('POST', '/api/secrets', { json: production, headers: csrf })).status).toBe(403)
    expect((await ben.call('DELETE', path, { headers: csrf })).status).toBe(403)
    expect((await ben.call('POST', path, { form: { csrf_token: csrf['x-csrftoken'] } })).status).toBe(403)
    expect((await ben.get(path)).status).toBe(200)
  })

  it('13. reads groups from userinfo too, and never matches a part of a plain string', async () => {
    const people = [admin, { ...member, groups: 'xtoken-adminsx' as unknown as string[] }]
    const provider = await startProvider({ redirectUris: [callback], people, groupsIn: 'userinfo' })
    const house = await openDoor({ ...clientSecretsOf(provider, temporaryFolder()), AUTHZ_ADMIN: 'token-admins' })
    const [anna, ben] = [new Visitor(house), new Visitor(house)]
    await anna.logIn(provider, 'u1')
    await ben.logIn(provider, 'u2')
    expect([(await anna.get('/admin')).status, (await ben.get('/admin')).status]).toEqual([200, 403])
  })

  it('12. makes everyone a member without AUTHZ_ADMIN, also without a groups claim', async () => {
    const people = [{ sub: 'u3', preferredUsername: 'carl' }]
    const { visitor } = await setUp({ AUTHZ_ADMIN: '' }, people)
    const carl = await visitor('u3')
    expect((await carl.get('/api/secrets')).status).toBe(200)
    expect((await carl.get('/admin')).status).toBe(403)
  })

  it('12. lets everyone add and delete, and nothing else, with WATCHWORD_TOTPSHARE_OPEN_ADMIN', async () => {
    const people = [
      { sub: 'u3', preferredUsername: 'carl' },
      { sub: 'u4', preferredUsername: 'dora' },
    ]
    const { visitor, add } = await setUp({ AUTHZ_ADMIN: '', WATCHWORD_TOTPSHARE_OPEN_ADMIN: 'true' }, people)
    const [carl, dora] = [await visitor('u3'), await visitor('u4')]
    expect((await add(carl, production)).status).toBe(200)
    const csrf = { 'x-csrftoken': await dora.csrfToken() }
    expect((await dora.call('DELETE', `/api/secrets/${productionKey}`, { headers: csrf })).status).toBe(204)
    expect((await dora.get('/v1/people')).status).toBe(403)
    expect(
      (await dora.call('POST', '/v1/accounts', { json: { label: 'x', secretBase32 }, headers: csrf })).status,
    ).toBe(403)
  })
})

describe('the rest of the checklist', () => {
  it('18. logs out at /logout, with a button for links on other sites', async () => {
    const { visitor } = await setUp()
    const anna = await visitor('u1')
    const foreign = await anna.call('GET', '/logout', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(foreign.body).toContain('<a href="/logout">Log out</a>')
    const german = { 'sec-fetch-site': 'cross-site', 'accept-language': 'de-DE,de;q=0.9,en;q=0.8' }
    const inGerman = (await anna.call('GET', '/logout', { headers: german })).body
    expect(inGerman).toContain('<html lang="de">')
    expect(inGerman).toContain('<a href="/logout">Abmelden</a>')
    expect((await anna.get('/api/secrets')).status).toBe(200)
    const out = await anna.get('/logout')
    expect([out.status, out.body.includes('Logged Out')]).toEqual([200, true])
    expect((await anna.get('/api/secrets')).status).toBe(401)
    expect((await anna.get('/')).status).toBe(302)
    expect((await (await visitor()).get('/logout')).status).toBe(200)
  })

  it('19. keeps sessions and groups over a restart', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [admin] })
    const dataDir = temporaryFolder()
    const variables = { ...clientSecretsOf(provider, dataDir), AUTHZ_ADMIN: 'token-admins' }
    const before = new Visitor(await openDoor(variables, { dataDir }))
    await before.logIn(provider, 'u1')
    const after = new Visitor(await openDoor(variables, { dataDir }))
    for (const [name, value] of before.cookies) after.cookies.set(name, value)
    expect((await after.get('/admin')).status).toBe(200)
  })

  it.each(['x', 'eyJhbGciOiJIUzUxMiJ9.e30.x', '"', '%00'])(
    'answers an old oidc_id_token %j with the login',
    async (cookie) => {
      const { visitor } = await setUp()
      const browser = await visitor()
      browser.cookies.set('oidc_id_token', cookie)
      browser.cookies.set('session', cookie)
      browser.cookies.set('watchword_console', cookie)
      expect((await browser.get('/')).status).toBe(302)
      expect((await browser.get('/api/secrets')).status).toBe(401)
      expect((await browser.get('/logout')).status).toBe(200)
    },
  )

  it.each(engines)('22. two servers on one $name database see each other’s adds and deletes', async (engine) => {
    const place = await engine.freshPlace()
    const provider = await startProvider({ redirectUris: [callback], people: [admin] })
    const dataDir = temporaryFolder()
    const variables = { ...clientSecretsOf(provider, dataDir), AUTHZ_ADMIN: 'token-admins' }
    const keyFile = { WATCHWORD_ROOT_KEY_FILE: join(dataDir, 'root.key') }
    const one = new Visitor(await openDoor({ ...variables, ...keyFile }, { dataDir, place }))
    const two = new Visitor(await openDoor({ ...variables, ...keyFile }, { dataDir, place }))
    await one.logIn(provider, 'u1')
    await two.logIn(provider, 'u1')
    const csrf = { 'x-csrftoken': await one.csrfToken() }
    await one.call('POST', '/api/secrets', { json: production, headers: csrf })
    expect((await two.get(`/secret/${productionKey}`)).status).toBe(200)
    await one.call('DELETE', `/api/secrets/${productionKey}`, { headers: csrf })
    expect((await two.get(`/secret/${productionKey}`)).status).toBe(404)
    expect((await two.get('/api/secrets')).body).toBe('[]')
  })

  it('23. 24. serves a page for phones, with cookies no script can read', async () => {
    const { visitor, provider } = await setUp()
    const browser = await visitor()
    const begun = await browser.get((await browser.get('/admin')).location ?? '')
    await browser.logIn(provider, 'u1')
    expect((await browser.get('/')).body).toContain('name="viewport"')
    expect(String(begun.headers['set-cookie'])).toMatch(/HttpOnly/i)
    await expect(openDoor({ SESSION_COOKIE_SECURE: 'yes' })).rejects.toThrow(/SESSION_COOKIE_SECURE/)
  })

  it('24. takes SESSION_COOKIE_SECURE for whether cookies may go without https', () => {
    const allowsPlain = (variables: Record<string, string>) => readConfig(variables).allowPlainHttp
    expect(allowsPlain({ SESSION_COOKIE_SECURE: 'False' })).toBe(true)
    expect(allowsPlain({ SESSION_COOKIE_SECURE: 'True' })).toBe(false)
    expect(allowsPlain({})).toBe(false)
    expect(allowsPlain({ SESSION_COOKIE_SECURE: 'False', WATCHWORD_ALLOW_PLAIN_HTTP: 'false' })).toBe(false)
  })

  it('is gone when the door is switched off', async () => {
    const { visitor, rooms } = await setUp()
    const anna = await visitor('u1')
    const doors = { ...(await rooms.settings.read()).doors, totpshare: false }
    await rooms.settings.update({ kind: 'operator', name: 'op', address: '' }, { doors })
    for (const path of ['/api/secrets', '/secret/x', '/admin']) expect((await anna.get(path)).status).toBe(404)
    expect((await anna.get('/logout')).status).toBe(200)
  })

  it('answers bad input with an error and never with a fault', async () => {
    const { visitor } = await setUp()
    const anna = await visitor('u1')
    const csrf = { 'x-csrftoken': await anna.csrfToken() }
    for (const json of [
      { ...production, id: 'a\0b' },
      [],
      [production],
      { ...production, id: 5 },
      { ...production, key: null },
      {},
    ]) {
      expect((await anna.call('POST', '/api/secrets', { json, headers: csrf })).status).toBe(400)
    }
    for (const key of ['%00', 'x'.repeat(900), 'a.b', '%E4', 'zz.zz']) {
      const { status } = await anna.get(`/secret/${key}`)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
  })
})

describe('whatever is asked', () => {
  it('is answered with one document and never with a fault', async () => {
    const { visitor, app } = await setUp()
    const anna = await visitor('u1')
    const cookie = [...anna.cookies].map((pair) => pair.join('=')).join('; ')
    const csrf = await anna.csrfToken()
    const text = fc.oneof(fc.string(), fc.constantFrom('', '.', 'zz.zz', '61.61', '\0', '%2f', 'x'.repeat(300)))
    const address = fc.oneof(
      fc.constantFrom('/secret/', '/api/secrets/').chain((start) => text.map((key) => start + encodeURIComponent(key))),
      fc.constantFrom('/api/secrets', '/admin', '/Admin', '/authorization-code/callback'),
    )
    const payload = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ id: text, display_name: text, key: text, secret: text, csrf_token: fc.constant(csrf) })
        .map((fields) => JSON.stringify(fields)),
    )
    const type = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'x/y; charset=z',
    )
    const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH')
    const token = fc.constantFrom(csrf, 'forged', '')
    const asked = fc.asyncProperty(method, address, payload, type, token, async (verb, url, body, media, header) => {
      const answer = await app.inject({
        method: verb as 'GET',
        url,
        headers: { host: 'localhost:8000', cookie, 'x-csrftoken': header, 'content-type': media },
        ...(verb === 'GET' ? {} : { payload: body }),
      })
      expect(answer.statusCode).toBeLessThan(500)
      if (answer.headers['content-type']?.includes('json'))
        expect(() => JSON.parse(answer.body) as unknown).not.toThrow()
      else if (answer.statusCode !== 204 && answer.statusCode !== 302) expect(answer.body).not.toBe('')
    })
    await fc.assert(asked, { numRuns: 200 })
  })
})

describe('the old folder (checklist 20, 21)', () => {
  it('20. 21. is read once at start: bad files are named, deleted accounts stay deleted, its key seals nothing', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [admin] })
    const dataDir = temporaryFolder()
    const folder = join(temporaryFolder(), 'topt_keys')
    mkdirSync(folder)
    const content = 'thnhYZFNfFKJl7KujlU2LSXrD6VJP+rV0JY0ARTlXT1sGqDLf1g1Z5TidZajjmCq'
    writeFileSync(join(folder, productionKey), content)
    writeFileSync(join(folder, 'not-hex'), content)
    writeFileSync(join(folder, hexKey('é', 'broken')), 'AAAA')
    const variables = {
      ...clientSecretsOf(provider, dataDir),
      AUTHZ_ADMIN: 'token-admins',
      TOTPSHARE_FILE_PATH: folder,
      TOTPSHARE_FILE_ENCKEY: 'test key 1',
      SECRET_KEY: 'abc',
      SESSION_TYPE: 'filesystem',
    }
    const first = await openDoor(variables, { dataDir })
    const anna = new Visitor(first)
    await anna.logIn(provider, 'u1')
    expect(JSON.parse((await anna.get('/api/secrets')).body)).toEqual([
      { display_name: 'Prod räksmörgås', id: '123456789012', key: productionKey },
    ])
    const { token } = JSON.parse((await anna.get(`/secret/${productionKey}`)).body) as { token: string }
    expect(token).toBe(totp(decodeBase32(secretBase32), first.clock.nowMs()))
    const logged = JSON.stringify(first.log.lines)
    expect(logged).toContain('not-hex')
    expect(logged).toContain('SECRET_KEY is not needed')
    expect(logged).not.toContain('test key 1')
    expect(logged).not.toContain(secretBase32)

    await anna.call('DELETE', `/api/secrets/${productionKey}`, { headers: { 'x-csrftoken': await anna.csrfToken() } })
    const second = await openDoor(variables, { dataDir })
    const again = new Visitor(second)
    await again.logIn(provider, 'u1')
    expect((await again.get('/api/secrets')).body).toBe('[]')
  })
})
