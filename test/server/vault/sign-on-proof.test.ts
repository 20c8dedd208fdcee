import { describe, expect, it } from 'vitest'
import { shortfallOf } from '../../../src/server/access/oidc/demand.ts'
import { missingProof } from '../../../src/server/vault/step-up.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { ProviderVisitor, startProvider } from '../../support/oidc-provider.ts'
import { callback, clientSecretsOf, openDoor, temporaryFolder, Visitor } from '../compat/totpshare/house.ts'

const strong = { acr: 'urn:example:mfa', amr: ['pwd', 'mfa'] }
const weak = { acr: 'urn:example:password', amr: ['pwd'] }
const demand = { acrValues: [strong.acr, 'urn:example:key'], amr: ['mfa'], maxAgeSeconds: 600 }
const proofAddress = (more: Record<string, string> = {}) =>
  `/v1/login/oidc?${new URLSearchParams({
    stepUp: 'true',
    returnTo: '/codes',
    acrValues: demand.acrValues.join(' '),
    amr: demand.amr.join(' '),
    maxAgeSeconds: String(demand.maxAgeSeconds),
    ...more,
  }).toString()}`

/** A real provider that proves people as strongly as it is asked, unless `isLax`; and an account that asks. */
async function setUp(engine: TestEngine) {
  const manner = { isLax: false }
  const provider = await startProvider({
    redirectUris: [callback],
    people: [
      { sub: 'u1', preferredUsername: 'anna', groups: ['admins'] },
      { sub: 'u2', preferredUsername: 'ben' },
    ],
    assurance: {
      acrValues: [weak.acr, strong.acr],
      prove: (asked) => (asked.includes(strong.acr) && !manner.isLax ? strong : weak),
    },
  })
  const variables = { ...clientSecretsOf(provider, temporaryFolder()), AUTHZ_ADMIN: 'admins' }
  const house = await openDoor(variables, { place: await engine.freshPlace() })
  const ask = async (visitor: Visitor, method: 'POST' | 'GET', path: string, json?: object) => {
    const me = JSON.parse((await visitor.get('/v1/me')).body) as { csrfToken: string }
    const answer = await visitor.call(method, path, {
      ...(json === undefined ? {} : { json }),
      headers: { 'x-csrf-token': me.csrfToken },
    })
    return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> }
  }
  const logIn = async (sub: string) => {
    const visitor = new Visitor(house)
    await visitor.logIn(provider, sub)
    return visitor
  }
  const prove = async (visitor: Visitor, sub: string, address = proofAddress()) => {
    const begun = String((await visitor.get(address)).location)
    const back = new URL(await new ProviderVisitor(provider.issuer).visit(begun, sub))
    return { begun: new URL(begun).searchParams, answer: await visitor.get(back.pathname + back.search) }
  }
  const account = {
    label: 'AWS root',
    secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    stepUp: 'sign-on',
    signOnDemand: demand,
    grants: [{ grantee: 'everyone', right: 'reveal' }],
  }
  const added = await ask(await logIn('u1'), 'POST', '/v1/accounts', account)
  const reveal = (visitor: Visitor) => ask(visitor, 'POST', `/v1/accounts/${String(added.body['id'])}/reveal`, {})
  return { ...house, manner, ask, logIn, prove, added, reveal, account }
}

describe.each(engines)('an account that asks for a login at the provider, on $name', (engine) => {
  it('shows its code only after the provider said acr, amr and auth_time as asked, and only as long as that counts', async () => {
    const { logIn, prove, reveal, added, clock } = await setUp(engine)
    expect(added).toMatchObject({ status: 201, body: { stepUp: 'sign-on', signOnDemand: demand } })
    const ben = await logIn('u2')
    expect(await reveal(ben)).toMatchObject({ status: 403, body: { code: 'reveal_step_up_sign_on' } })
    const { begun, answer } = await prove(ben, 'u2')
    expect(Object.fromEntries(begun)).toMatchObject({
      acr_values: 'urn:example:mfa urn:example:key',
      max_age: '600',
      prompt: 'login',
    })
    expect([answer.status, answer.location]).toEqual([302, '/codes'])
    expect(await reveal(ben)).toMatchObject({ status: 200, body: { code: expect.stringMatching(/^\d{6}$/) } })
    clock.advance(601_000)
    expect(await reveal(ben)).toMatchObject({ status: 403, body: { code: 'reveal_step_up_sign_on' } })
  })

  it('tells somebody whom the provider proved less strongly so at once, and shows nothing', async () => {
    const { logIn, prove, reveal, manner, rooms } = await setUp(engine)
    const ben = await logIn('u2')
    await prove(ben, 'u2')
    manner.isLax = true
    const { answer } = await prove(ben, 'u2')
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('less strongly than was asked')])
    const { items } = await rooms.core.audit.list({ action: 'person.login' })
    expect(items[0]).toMatchObject({ outcome: 'refused', reason: 'weak' })
    // Asked for less, the provider says less; that replaces what it said before.
    const { answer: plain } = await prove(ben, 'u2', '/v1/login/oidc?stepUp=true&returnTo=/codes')
    expect(plain.status).toBe(302)
    expect(await reveal(ben)).toMatchObject({ status: 403, body: { code: 'reveal_step_up_sign_on' } })
  })

  it('is not shown for the proof of somebody else, nor to a token', async () => {
    const { logIn, prove, reveal, ask, app, added } = await setUp(engine)
    const ben = await logIn('u2')
    expect((await prove(ben, 'u1')).answer.status).toBe(401)
    expect((await reveal(ben)).status).toBe(403)
    await prove(ben, 'u2')
    const { body } = await ask(ben, 'POST', '/v1/tokens', { name: 'cli', scopes: ['reveal:*'] })
    const byToken = await app.inject({
      method: 'POST',
      url: `/v1/accounts/${String(added.body['id'])}/reveal`,
      headers: { authorization: `Bearer ${String(body['token'])}` },
      payload: {},
    })
    expect(byToken.json()).toMatchObject({ status: 403, code: 'reveal_step_up_sign_on' })
  })

  it('keeps its demand with the step-up alone, and says when one would ask for nothing', async () => {
    const { logIn, ask, added, account } = await setUp(engine)
    const anna = await logIn('u1')
    const id = String(added.body['id'])
    const patch = async (json: object) => {
      const me = JSON.parse((await anna.get('/v1/me')).body) as { csrfToken: string }
      const answer = await anna.call('PATCH', `/v1/accounts/${id}`, { json, headers: { 'x-csrf-token': me.csrfToken } })
      return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> }
    }
    expect((await patch({ note: 'x' })).body).toMatchObject({ stepUp: 'sign-on', signOnDemand: demand })
    expect((await patch({ stepUp: 'recent' })).body).not.toHaveProperty('signOnDemand')
    expect(await patch({ signOnDemand: demand })).toMatchObject({
      status: 400,
      body: { code: 'account_demand_unused' },
    })
    const usual = { acrValues: [], amr: [], maxAgeSeconds: 300 }
    expect((await patch({ stepUp: 'sign-on' })).body).toMatchObject({ signOnDemand: usual })
    for (const wrong of [{ maxAgeSeconds: 5 }, { acrValues: ['two words'] }, { amr: [''] }]) {
      const refused = await ask(anna, 'POST', '/v1/accounts', { ...account, signOnDemand: { ...demand, ...wrong } })
      expect(refused.status).toBe(400)
    }
  })
})

describe('shortfallOf', () => {
  const nowMs = 1_800_000_000_000
  const vouched = { ...strong, authTimeMs: nowMs - 60_000 }

  it.each([
    ['does when the provider said all of it', vouched, null],
    ['does with any of several acr', { ...vouched, acr: 'urn:example:key' }, null],
    ['is weak with another acr', { ...vouched, acr: 'urn:example:mfa2' }, 'weak'],
    ['is weak without an acr', { ...vouched, acr: null }, 'weak'],
    ['is weak when a method is missing', { ...vouched, amr: ['pwd'] }, 'weak'],
    ['is too old', { ...vouched, authTimeMs: nowMs - 600_001 }, 'old'],
    ['counts as too old where the provider does not say when', { ...vouched, authTimeMs: null }, 'old'],
    ['is nothing where no provider vouched', undefined, 'weak'],
  ])('a login %s', (_claim, assurance, shortfall) => {
    expect(shortfallOf(assurance, demand, nowMs)).toBe(shortfall)
  })

  it('leaves local people, who have no provider, without a way to such an account', () => {
    const local = {
      kind: 'person',
      personId: 'p',
      username: 'eva',
      role: 'administrator',
      groupIds: [],
      mayAddAccounts: true,
      address: '',
      sessionId: 's',
      factors: 'two',
      authenticatedAtMs: nowMs,
      passkeyAtMs: nowMs,
    } as const
    const account = { stepUp: 'sign-on', signOnDemand: null } as const
    expect(missingProof(account, local, nowMs)).toBe('reveal_step_up_sign_on')
    expect(missingProof(account, { ...local, assurance: { ...vouched, acr: null } }, nowMs)).toBeNull()
  })
})
