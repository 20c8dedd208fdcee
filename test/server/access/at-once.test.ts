import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import type { Claims } from '../../../src/server/access/oidc/claims.ts'
import { provisionPerson, signOnTransaction } from '../../../src/server/access/oidc/provision.ts'
import type { SignOnSettings } from '../../../src/server/access/oidc/settings.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { type House, openHouse } from './house.ts'

const issuer = 'https://login.example.org'
const settings: SignOnSettings = {
  issuer,
  clientId: 'watchword',
  clientSecret: null,
  scopes: ['openid'],
  groupsClaim: 'groups',
  administratorsGroup: '',
  allowedGroups: [],
  acceptBearer: false,
  bearerAudience: '',
  endpoints: {},
}

function claimsOf(subject: string, groups: readonly string[]): Claims {
  const assurance = { acr: null, amr: [], authTimeMs: null }
  return { issuer, subject, username: 'ada', displayName: 'Ada', email: '', groups, assurance, session: null }
}

const signOn = ({ access }: House, claims: Claims) =>
  signOnTransaction(access.context, (tx) => provisionPerson(access.context, tx, claims, settings, '192.0.2.1'))

async function twoServers(engine: TestEngine): Promise<readonly [House, House]> {
  const shared = { place: await engine.freshPlace(), rootKey: newRootKey() }
  return [await openHouse(engine, shared), await openHouse(engine, shared)]
}

describe.each(engines)('two servers on $name', (engine) => {
  it('let one of two inits at once make the first administrator', async () => {
    const houses = await twoServers(engine)
    const made = await Promise.allSettled(
      houses.map(({ access }, index) =>
        access.initialise({ username: `ada${index}`, passphrase: 'marching orders at dawn' }),
      ),
    )
    expect(made.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(made.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'setup_done' } })
    const roots = await houses[0].storage.db.selectFrom('access_token').select('id').execute()
    expect(roots).toHaveLength(1)
  })

  it('know one person who signs on first at both of them at once', async () => {
    const houses = await twoServers(engine)
    const claims = claimsOf('u1', ['ops', 'dev'])
    const people = await Promise.all([0, 1, 0, 1].map((index) => signOn(houses[index] ?? houses[0], claims)))
    expect(new Set(people.map(({ id }) => id)).size).toBe(1)
    const groups = await houses[0].storage.db.selectFrom('group').select('name').where('source', '=', 'oidc').execute()
    expect(groups.map(({ name }) => name).toSorted()).toEqual(['dev', 'ops'])
  })

  it('give people of one name who sign on first at once a name each, in the one new group', async () => {
    const houses = await twoServers(engine)
    const people = await Promise.all(
      ['u1', 'u2', 'u3', 'u4'].map((subject, index) =>
        signOn(houses[index % 2] ?? houses[0], claimsOf(subject, ['ops'])),
      ),
    )
    expect(new Set(people.map(({ username }) => username.toLowerCase())).size).toBe(4)
    const members = await houses[0].storage.db.selectFrom('person_group').select('group_id').execute()
    expect(members).toHaveLength(4)
    expect(new Set(members.map(({ group_id }) => group_id)).size).toBe(1)
  })
})
