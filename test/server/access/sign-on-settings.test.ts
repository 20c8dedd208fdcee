import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { KeptSettings } from '../../../src/server/access/oidc/kept-settings.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { startOddProvider } from '../../support/odd-provider.ts'
import { openHouse } from './house.ts'
import { happensBefore } from './meanwhile.ts'
import { addFirstAdministrator } from './people.ts'

const draft = {
  issuer: 'https://idp.example.com',
  clientId: 'watchword',
  clientSecret: 'a secret between two',
  scopes: ['openid'],
  groupsClaim: 'groups',
  administratorsGroup: 'admins',
  allowedGroups: [],
  acceptBearer: false,
  bearerAudience: '',
}

async function setUp(engine: TestEngine, variables: Record<string, string> = {}) {
  const house = await openHouse(engine, { variables })
  const { rootToken: token } = await addFirstAdministrator(house)
  const store = (body: object) => house.call(api.draftOidc, { token, body })
  const activate = () => house.call(api.activateOidc, { token })
  const disable = () => house.call(api.disableOidc, { token })
  const state = async () => (await house.call(api.readOidc, { token })).body
  const begin = async () => {
    const { statusCode } = await house.app.inject({ url: '/v1/login/oidc', headers: { host: 'localhost:8000' } })
    return statusCode
  }
  return { house, store, activate, disable, state, begin }
}

describe.each(engines)('the settings of sign-on on $name', (engine) => {
  it('T91 are audited at each step, and tell the secret to nobody', async () => {
    const { house, store, activate, disable, state } = await setUp(engine)
    const answers = [await store(draft), await activate(), await disable()]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const { items } = await house.access.context.audit.list({})
    const ours = items.filter(({ action }) => action.startsWith('sign_on.')).toReversed()
    expect(ours.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['sign_on.draft', 'done'],
      ['sign_on.activate', 'done'],
      ['sign_on.disable', 'done'],
    ])
    expect(ours[1]?.detail).toMatchObject({ issuer: draft.issuer, administratorsGroup: 'admins' })
    const rows = await house.storage.db.selectFrom('setting').selectAll().execute()
    const told = JSON.stringify([answers, await state(), items, rows])
    expect(told).not.toContain(draft.clientSecret)
    expect(told).not.toContain(Buffer.from(draft.clientSecret).toString('base64').slice(0, -4))
  })

  it('count once they are activated, keep their secret, and no longer once they are switched off', async () => {
    const { store, activate, disable, state, begin } = await setUp(engine)
    const { issuer } = await startOddProvider()
    expect([(await activate()).body['code'], await begin()]).toEqual(['sign_on_no_draft', 404])
    await store({ ...draft, issuer })
    expect(await state()).toMatchObject({ source: 'none', active: null, draft: { issuer }, hasSecret: true })
    expect(await begin()).toBe(404)
    await activate()
    expect([await state(), await begin()]).toMatchObject([{ source: 'settings', active: { issuer }, draft: null }, 302])
    const { clientSecret: _, ...without } = draft
    await store({ ...without, issuer, clientId: 'another' })
    expect(await state()).toMatchObject({ active: { issuer }, draft: { issuer }, hasSecret: true })
    await store(without)
    expect(await state()).toMatchObject({ active: { issuer }, draft: { issuer: draft.issuer }, hasSecret: false })
    await disable()
    expect([await state(), await begin()]).toMatchObject([{ source: 'none', active: null }, 404])
  })

  it('are refused where they cannot work, and change nothing', async () => {
    const { store, state } = await setUp(engine)
    const unfit = [
      { issuer: 'http://idp.example.com' },
      { issuer: 'https://idp.example.com?tenant=1' },
      { issuer: 'https://idp.example.com#here' },
      { issuer: 'ftp://127.0.0.1' },
      { issuer: 'http://127.0.0.1.example.com' },
      { issuer: 'no address' },
      { clientId: '' },
      { scopes: ['profile'] },
      { groupsClaim: '' },
      { acceptBearer: true },
      { acceptBearer: true, bearerAudience: draft.clientId },
    ]
    for (const wrong of unfit) {
      const { status, body } = await store({ ...draft, ...wrong })
      expect([400, 422], JSON.stringify([wrong, body])).toContain(status)
    }
    expect(await state()).toMatchObject({ active: null, draft: null })
    expect((await store({ ...draft, acceptBearer: true, bearerAudience: 'the API' })).status).toBe(200)
  })

  it('are activated as they stand at that moment, and keep the secret they have then', async () => {
    const { house, store, state } = await setUp(engine)
    await store(draft)
    const actor = { kind: 'operator', name: 'test', address: '' } as const
    const environment = { settings: null, callbackPath: '/callback' }
    const { clientSecret: _, ...without } = draft
    const meanwhile = (body: object) =>
      new KeptSettings(
        happensBefore(house, 1, () => store(body)),
        environment,
      )
    const latest = meanwhile({ ...draft, clientSecret: 'the latest secret' })
    await latest.keepDraft(actor, without)
    expect(await latest.draft()).toMatchObject({ clientSecret: 'the latest secret' })
    await meanwhile({ ...draft, clientId: 'the latest' }).activate(actor)
    expect(await state()).toMatchObject({ active: { clientId: 'the latest' }, draft: null })
  })

  it('stay as the environment says where it names a provider', async () => {
    const { issuer } = await startOddProvider()
    const named = { WATCHWORD_OIDC_ISSUER: issuer, WATCHWORD_OIDC_CLIENT_ID: 'watchword' }
    const { store, activate, disable, state, begin } = await setUp(engine, named)
    const answers = [await store(draft), await activate(), await disable()]
    expect(answers.map(({ body }) => body['code'])).toEqual(Array(3).fill('sign_on_from_environment'))
    expect([await state(), await begin()]).toMatchObject([
      { source: 'environment', active: { issuer }, draft: null },
      302,
    ])
  })
})
