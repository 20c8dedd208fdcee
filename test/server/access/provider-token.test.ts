import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { startOddProvider } from '../../support/odd-provider.ts'
import { openHouse } from './house.ts'
import { addFirstAdministrator } from './people.ts'

async function setUp(engine: TestEngine) {
  const provider = await startOddProvider()
  const house = await openHouse(engine, {
    variables: {
      WATCHWORD_OIDC_ISSUER: provider.issuer,
      WATCHWORD_OIDC_CLIENT_ID: 'watchword',
      WATCHWORD_OIDC_ADMINISTRATORS_GROUP: 'admins',
      WATCHWORD_OIDC_ACCEPT_BEARER: 'true',
      WATCHWORD_OIDC_BEARER_AUDIENCE: 'the API',
    },
  })
  const { rootToken } = await addFirstAdministrator(house)
  const sign = (claims: Record<string, unknown>) => {
    const iat = Math.floor(house.clock.nowMs() / 1000)
    const exp = Math.floor(Date.now() / 1000) + 600
    return provider.sign({ iss: provider.issuer, aud: 'the API', sub: 'u1', iat, exp, ...claims })
  }
  const me = async (token: string) => {
    const { status, body } = await house.call(api.readMe, { token })
    return status === 200 ? (body['mayAdminister'] === true ? 'administrator' : body['kind']) : body['code']
  }
  const ask = { token: rootToken, params: { person: 'u1' } }
  const groups = async () => {
    const { groups: all } = (await house.call(api.readPerson, ask)).body as { groups: { name: string }[] }
    return all.map(({ name }) => name).filter((name) => name !== 'everyone')
  }
  return { provider, house, sign, me, ask, groups }
}

describe.each(engines)('an access token of the provider on $name', (engine) => {
  it('opens nothing for who is disabled or deleted here, from that moment on', async () => {
    const { house, sign, me, ask } = await setUp(engine)
    const known = await sign({ groups: ['ops'] })
    expect(await me(known)).toBe('person')
    const set = (enabled: boolean) => house.call(api.updatePerson, { ...ask, body: { enabled } })
    await set(false)
    const another = await sign({ groups: ['ops'], jti: 'another' })
    const groupless = await sign({ jti: 'groupless' })
    expect([await me(known), await me(groupless)]).toEqual(['token_refused', 'token_refused'])
    expect(['token_refused', 'sign_on_refused']).toContain(await me(another))
    await set(true)
    expect([await me(known), await me(another)]).toEqual(['person', 'person'])
    await house.call(api.deletePerson, ask)
    expect(await me(known)).toBe('token_refused')
  })

  it('administers by its own groups, whatever its person may do by others', async () => {
    const { sign, me } = await setUp(engine)
    const [strong, weak] = [await sign({ groups: ['admins'] }), await sign({ jti: 'without groups' })]
    expect([await me(strong), await me(weak), await me(strong)]).toEqual(['administrator', 'person', 'administrator'])
  })

  it('changes no groups when it names none', async () => {
    const { sign, me, groups } = await setUp(engine)
    await me(await sign({ groups: ['ops', 'dev'] }))
    expect(await groups()).toEqual(['dev', 'ops'])
    await me(await sign({ jti: 'without groups' }))
    expect(await groups()).toEqual(['dev', 'ops'])
    await me(await sign({ groups: ['ops'] }))
    expect(await groups()).toEqual(['ops'])
  })

  it('T64 changes no groups when it was issued before what the provider said last, or says no time', async () => {
    const { house, sign, me, groups } = await setUp(engine)
    const iat = Math.floor(house.clock.nowMs() / 1000)
    await me(await sign({ groups: ['ops'] }))
    expect(await me(await sign({ groups: ['ops', 'dev'], iat: iat - 1 }))).toBe('person')
    expect(await me(await sign({ groups: ['dev'], iat: undefined }))).toBe('person')
    expect(await groups()).toEqual(['ops'])
    expect(await me(await sign({ groups: ['admins'], iat: iat - 1 }))).toBe('person')
    await me(await sign({ groups: ['dev'], iat: iat + 1 }))
    expect(await groups()).toEqual(['dev'])
  })

  it('takes no name and no mail address from its person by naming none', async () => {
    const { house, sign, me, ask } = await setUp(engine)
    const person = async () => (await house.call(api.readPerson, ask)).body
    await me(await sign({ groups: ['ops'], name: 'Grace', email: 'grace@example.com', preferred_username: 'u1' }))
    expect(await me(await sign({ groups: ['ops', 'dev'] }))).toBe('person')
    expect(await person()).toMatchObject({ displayName: 'Grace', email: 'grace@example.com' })
    await me(await sign({ groups: ['ops'], name: 'Grace Hopper' }))
    expect(await person()).toMatchObject({ displayName: 'Grace Hopper', email: 'grace@example.com' })
  })

  it('is told from a provider that is away', async () => {
    const { provider, sign, me } = await setUp(engine)
    provider.odd.set('/jwks', (response) => void response.writeHead(503).end())
    expect(await me(await sign({}))).toBe('sign_on_busy')
    provider.odd.clear()
    expect(await me(await sign({}))).toBe('person')
    expect(await me(await sign({ aud: 'watchword' }))).toBe('token_refused')
  })
})
