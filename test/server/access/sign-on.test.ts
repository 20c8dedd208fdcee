import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { ProviderVisitor, startProvider, type TestProvider } from '../../support/oidc-provider.ts'
import { Browser, type House, openHouse } from './house.ts'
import { addFirstAdministrator } from './people.ts'

const callback = 'http://localhost:8000/authorization-code/callback'

/** A house whose environment names the provider. */
async function houseWith(engine: (typeof engines)[number], provider: TestProvider, more: Record<string, string> = {}) {
  return openHouse(engine, {
    variables: {
      WATCHWORD_OIDC_ISSUER: provider.issuer,
      WATCHWORD_OIDC_CLIENT_ID: provider.clientId,
      WATCHWORD_OIDC_CLIENT_SECRET: provider.clientSecret,
      ...more,
    },
  })
}

async function begin(house: House, browser: Browser, returnTo = '/accounts'): Promise<string> {
  const answer = await house.app.inject({
    url: `/v1/login/oidc?${new URLSearchParams({ returnTo }).toString()}`,
    headers: { host: 'localhost:8000', cookie: browser.header },
  })
  browser.keep([answer.headers['set-cookie'] ?? []].flat())
  expect(answer.statusCode).toBe(302)
  return String(answer.headers.location)
}

async function comeBack(house: House, browser: Browser, address: string) {
  const { pathname, search } = new URL(address)
  const answer = await house.app.inject({
    url: pathname + search,
    headers: { host: 'localhost:8000', cookie: browser.header },
  })
  browser.keep([answer.headers['set-cookie'] ?? []].flat())
  return answer
}

async function signOn(house: House, provider: TestProvider, sub: string, returnTo?: string): Promise<Browser> {
  const browser = new Browser()
  const address = await begin(house, browser, returnTo)
  const back = await new ProviderVisitor(provider.issuer).visit(address, sub)
  const answer = await comeBack(house, browser, back)
  if (answer.statusCode !== 302) throw new Error(`the callback was answered ${answer.statusCode}: ${answer.body}`)
  return browser
}

describe.each(engines)('sign-on through a provider on $name', (engine) => {
  it('logs a person in, keyed by issuer and subject, and ends at the page first asked for', async () => {
    const provider = await startProvider({
      redirectUris: [callback],
      people: [{ sub: 'u1', preferredUsername: 'grace', name: 'Grace', email: 'grace@example.com', groups: ['ops'] }],
    })
    const house = await houseWith(engine, provider)
    const browser = new Browser()
    const address = await begin(house, browser, '/accounts?tag=aws')
    expect(Object.fromEntries(new URL(address).searchParams)).toMatchObject({
      client_id: 'watchword',
      redirect_uri: callback,
      response_type: 'code',
      code_challenge_method: 'S256',
    })
    const back = await new ProviderVisitor(provider.issuer).visit(address, 'u1')
    const answer = await comeBack(house, browser, back)
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/accounts?tag=aws'])
    const me = await house.call(api.readMe, { browser })
    expect(me.body).toMatchObject({
      kind: 'person',
      mayAdminister: false,
      person: { username: 'grace', displayName: 'Grace', source: 'oidc', role: 'member' },
    })
    expect(me.body).toMatchObject({ person: { groups: [{ name: 'everyone' }, { name: 'ops' }] } })
  })

  it('makes administrators of the members of their group, by exact name, until they leave it', async () => {
    const grace = { sub: 'u1', preferredUsername: 'grace', groups: ['not-admins', 'admins'] as unknown }
    const provider = await startProvider({ redirectUris: [callback], people: [grace] })
    const house = await houseWith(engine, provider, { AUTHZ_ADMIN: 'admins' })
    const isAdministrator = async () => {
      const me = await house.call(api.readMe, { browser: await signOn(house, provider, 'u1') })
      return me.body['mayAdminister']
    }
    expect(await isAdministrator()).toBe(true)
    grace.groups = ['not-admins']
    expect(await isAdministrator()).toBe(false)
  })

  it('T96 takes people out of the groups the provider no longer names, and tells who has to hear of leavers', async () => {
    const grace = { sub: 'u1', preferredUsername: 'grace', groups: ['ops', 'both', 'stays'] as unknown }
    const provider = await startProvider({ redirectUris: [callback], people: [grace] })
    const house = await houseWith(engine, provider)
    const { rootToken: token } = await addFirstAdministrator(house)
    const left: string[] = []
    house.access.context.leavers.listen(async (_tx, _actor, { group }) => left.push(group?.name ?? ''))
    await signOn(house, provider, 'u1')
    await house.call(api.addMember, { token, params: { group: 'both', person: 'grace' } })
    grace.groups = ['stays']
    const me = await house.call(api.readMe, { browser: await signOn(house, provider, 'u1') })
    const { groups } = me.body['person'] as { groups: { name: string }[] }
    // Somebody here put her into "both" as well.
    expect(groups.map(({ name }) => name).toSorted()).toEqual(['both', 'everyone', 'stays'])
    expect(left).toEqual(['ops'])
  })

  it('T64 gives nobody rights by a groups claim that is one string', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [{ sub: 'u1', groups: 'admins' }] })
    const house = await houseWith(engine, provider, { AUTHZ_ADMIN: 'admins' })
    const me = await house.call(api.readMe, { browser: await signOn(house, provider, 'u1') })
    expect(me.body).toMatchObject({ mayAdminister: false, person: { role: 'member', groups: [{ name: 'everyone' }] } })
  })

  it('reads the groups from userinfo when the id token has none', async () => {
    const provider = await startProvider({
      redirectUris: [callback],
      groupsIn: 'userinfo',
      people: [{ sub: 'u1', groups: ['admins'] }],
    })
    const house = await houseWith(engine, provider, { AUTHZ_ADMIN: 'admins' })
    const me = await house.call(api.readMe, { browser: await signOn(house, provider, 'u1') })
    expect(me.body).toMatchObject({ mayAdminister: true })
  })

  it('T64 keys people by issuer and subject: an equal name or address means nothing', async () => {
    const provider = await startProvider({
      redirectUris: [callback],
      people: [
        { sub: 'u1', preferredUsername: 'ada', email: 'ada@example.com' },
        { sub: 'u2', preferredUsername: 'Ada', email: 'ada@example.com' },
      ],
    })
    const house = await houseWith(engine, provider)
    const { id, rootToken } = await addFirstAdministrator(house)
    await signOn(house, provider, 'u1')
    await signOn(house, provider, 'u2')
    await signOn(house, provider, 'u1')
    const people = await house.call(api.listPeople, { token: rootToken })
    const items = people.body['items'] as { id: string; username: string; role: string }[]
    expect(items).toHaveLength(3)
    expect(new Set(items.map(({ username }) => username.toLowerCase())).size).toBe(3)
    expect(items.find((person) => person.id === id)).toMatchObject({ username: 'ada', role: 'administrator' })
    expect(items.filter(({ role }) => role === 'administrator')).toHaveLength(1)
  })

  it('T64 leaves a quarter of an hour at the provider', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [{ sub: 'u1' }] })
    const house = await houseWith(engine, provider)
    const browser = new Browser()
    const back = await new ProviderVisitor(provider.issuer).visit(await begin(house, browser), 'u1')
    house.clock.advance(15 * 60_000)
    expect((await comeBack(house, browser, back)).statusCode).toBe(401)
    expect((await house.call(api.readMe, { browser })).body['kind']).toBe('stranger')
  })

  it('T64 refuses a callback in another browser, with another state, twice, or without anything', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [{ sub: 'u1' }] })
    const house = await houseWith(engine, provider)
    const browser = new Browser()
    const back = await new ProviderVisitor(provider.issuer).visit(await begin(house, browser), 'u1')
    const otherState = new URL(back)
    otherState.searchParams.set('state', 'another')
    const attacker = new Browser()
    await begin(house, attacker)
    const refused = [
      await comeBack(house, new Browser(), back),
      await comeBack(house, attacker, back),
      await comeBack(house, new Browser(), `${callback}?code=x&state=y`),
      await comeBack(house, new Browser(), callback),
    ]
    const copy = new Browser()
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
    refused.push(await comeBack(house, copy, otherState.href))
    expect((await comeBack(house, browser, back)).statusCode).toBe(302)
    refused.push(await comeBack(house, browser, back))
    expect(refused.map((answer) => answer.statusCode)).toEqual([401, 401, 401, 401, 401, 401])
    expect(
      refused.flatMap((answer) =>
        [...(answer.cookies as { name: string; value: string }[])].filter(
          ({ name, value }) => name.includes('console') && value !== '',
        ),
      ),
    ).toEqual([])
  })

  it('is refused in German to a browser that asks for it, and in English to any other', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [{ sub: 'u1' }] })
    const house = await houseWith(engine, provider)
    const pageFor = async (language: string) => {
      const headers = { host: 'localhost:8000', 'accept-language': language }
      return (await house.app.inject({ url: new URL(callback).pathname, headers })).body
    }
    const german = await pageFor('de-AT,de;q=0.9,en;q=0.7')
    expect(german).toContain('<html lang="de">')
    expect(german).toContain('Die Anmeldung über den Anbieter wurde nicht angenommen.')
    const english = await pageFor('fr')
    expect(english).toContain('<html lang="en">')
    expect(english).toContain('The login through the provider was not accepted.')
  })

  it('T64 repeats nothing that a provider or a stranger writes into the callback', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [{ sub: 'u1' }] })
    const house = await houseWith(engine, provider)
    const browser = new Browser()
    const state = new URL(await begin(house, browser)).searchParams.get('state') ?? ''
    const query = new URLSearchParams({
      state,
      error: 'access_denied',
      error_description: '<img src=x onerror=alert(1)>',
    })
    const answer = await comeBack(house, browser, `${callback}?${query.toString()}`)
    expect(answer.statusCode).toBe(401)
    expect(answer.body).not.toMatch(/<img|onerror|access_denied/)
  })

  it('T68 begins a new session at each login; a forged or stale cookie is a stranger, never a fault', async () => {
    const provider = await startProvider({ redirectUris: [callback], people: [{ sub: 'u1' }] })
    const house = await houseWith(engine, provider)
    const first = await signOn(house, provider, 'u1')
    const second = await signOn(house, provider, 'u1')
    expect(first.header).not.toBe(second.header)
    for (const cookie of [
      'watchword_console=x',
      'oidc_id_token=eyJ.a.b; watchword_console=%00',
      'watchword_sign_on=zz',
    ]) {
      const me = await house.call(api.readMe, { headers: { cookie } })
      expect([me.status, me.body['kind']]).toEqual([200, 'stranger'])
      expect((await comeBack(house, new Browser(), callback)).statusCode).toBe(401)
    }
  })

  it('lets in only the members of the allowed groups, and nobody who is disabled', async () => {
    const provider = await startProvider({
      redirectUris: [callback],
      people: [
        { sub: 'in', preferredUsername: 'in', groups: ['staff'] },
        { sub: 'out', preferredUsername: 'out', groups: ['staff-contractors'] },
      ],
    })
    const house = await houseWith(engine, provider, { WATCHWORD_OIDC_ALLOWED_GROUPS: 'staff, Board of Trustees' })
    const { rootToken } = await addFirstAdministrator(house)
    const browser = await signOn(house, provider, 'in')
    await expect(signOn(house, provider, 'out')).rejects.toThrow('403')
    const me = await house.call(api.readMe, { browser })
    const { id } = me.body['person'] as { id: string }
    await house.call(api.updatePerson, { token: rootToken, params: { person: id }, body: { enabled: false } })
    expect((await house.call(api.readMe, { browser })).body).toMatchObject({ kind: 'stranger' })
    await expect(signOn(house, provider, 'in')).rejects.toThrow('401')
    const { audit } = house.access.context
    const refused = (await audit.list({ action: 'person.login', outcome: 'refused' })).items
    expect(refused.map(({ reason }) => reason)).toEqual(['disabled', 'group'])
    expect(refused[0]).toMatchObject({ objectId: id, objectName: 'in' })
    expect(JSON.stringify(refused[1])).not.toContain('"out"')
  })
})
