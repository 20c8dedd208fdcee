import { describe, expect, it, vi } from 'vitest'
import { Failure } from '../../../src/errors/failure.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { breakAudit, loseCommits } from '../../support/broken-storage.ts'
import { engines } from '../../support/engines.ts'
import type { testLog } from '../../support/services.ts'
import { type AllDoors, openAllDoors } from './all-doors.ts'

/** One request that changes something or shows a code or a secret; answers its status. */
interface Act {
  readonly name: string
  /** What it asks of the judge is decided in a batch, everything else in a transaction of its own. */
  readonly kind: 'verdict' | 'change'
  readonly send: () => Promise<{ readonly status: number; readonly body: string }>
}

const sharedSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

type Json = Readonly<Record<string, unknown>>

/** The same realms, subjects and accounts behind every door. */
async function furnish(doors: AllDoors) {
  const { tiny, root, json, clock } = doors
  const made = async (method: string, path: string, headers: Readonly<Record<string, string>>, body?: object) => {
    const reply = await json(method, path, headers, body)
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`)
    return (reply.body === '' ? {} : JSON.parse(reply.body)) as Json
  }
  await made('POST', '/v1/realms', root, { name: 'api' })
  await made('POST', '/v1/realms/api/subjects', root, { name: 'ada' })
  const enrolled = await made('POST', '/v1/realms/api/subjects/ada/enrolment', root)
  await made('POST', '/api/v1/issuer', tiny, { name: 'shop', contact: 'a@shop.local', enabled: true })
  await made('POST', '/api/v1/issuer/shop/users', tiny, { name: 'ada', email: 'a@shop.local', enabled: true })
  await made('POST', '/api/v1/issuer/shop/token', tiny, { description: 'spare' })
  const [spare] = (await made('GET', '/api/v1/issuer/shop/token', tiny)) as unknown as { id: string }[]
  await made('POST', '/ungleichotp/', {}, { ...doors.triple(), name: 'dns', realm: 'services' })
  const entries = await made('GET', '/ungleichotp/?name=dns', {}, doors.triple())
  const [entry] = entries as unknown as { id: number; seed: string }[]
  const shared = await made('POST', '/api/secrets', root, { id: 'aws', display_name: 'AWS', key: sharedSecret })
  const { items } = (await made('GET', '/v1/accounts', root)) as { items: { id: string }[] }
  const realm = await doors.rooms.subjects.realm('shop')
  const subject = realm === null ? null : await doors.rooms.subjects.find(realm, 'ada')
  if (realm === null || subject === null || entry === undefined) throw new Error('the house is not furnished')
  const by = { actor: { kind: 'operator', name: 'test', address: '' }, address: '', door: 'api' } as const
  const { secretBase32 } = await doors.rooms.subjects.enrolment.show(realm, subject, by)
  const code = (secret: string) => totp(decodeBase32(secret), clock.nowMs())
  return {
    account: items[0]?.id ?? '',
    entry: entry.id,
    tinyToken: spare?.id ?? '',
    key: String(shared['key']),
    /** What no log may hold: secrets as they are typed, and what opens the doors. */
    secrets: [secretBase32, entry.seed, sharedSecret, ...Object.values(tiny), ...Object.values(root)],
    apiCode: () => code(new URL(String(enrolled['otpauthUri'])).searchParams.get('secret') ?? ''),
    tinyCode: () => code(secretBase32),
    entryCode: () => code(entry.seed),
  }
}

type House = Awaited<ReturnType<typeof furnish>>

/** What each door does, in an order in which all of it works; the last acts take away what the others need. */
const actsOf: Readonly<Record<string, (doors: AllDoors, house: House) => Act[]>> = {
  '/v1': ({ json, root }, { account, apiCode }) => {
    const act = actsBy(json, root)
    return [
      act('verdict', 'POST', '/v1/realms/api/subjects/ada/verify', () => ({ code: apiCode() })),
      act('change', 'POST', '/v1/realms', () => ({ name: 'new' })),
      act('change', 'POST', '/v1/realms/api/subjects', () => ({ name: 'eve' })),
      act('change', 'POST', '/v1/realms/api/subjects/ada/enrolment'),
      act('change', 'POST', `/v1/accounts/${account}/reveal`),
      act('change', 'PATCH', `/v1/accounts/${account}`, () => ({ label: 'Other' })),
      act('change', 'POST', '/v1/tokens', () => ({ name: 'robot', owner: 'service', scopes: ['audit'] })),
      act('change', 'DELETE', `/v1/accounts/${account}`),
      act('change', 'DELETE', '/v1/realms/api/subjects/ada'),
    ]
  },
  'go-tiny-mfa’s': ({ json, tiny }, { tinyCode, tinyToken }) => {
    const act = actsBy(json, tiny)
    const shop = '/api/v1/issuer/shop'
    return [
      act('verdict', 'POST', `${shop}/users/ada/totp`, () => ({ token: tinyCode() })),
      act('change', 'GET', `${shop}/users/ada/totp`),
      act('change', 'POST', '/api/v1/issuer', () => ({ name: 'new', contact: 'a@new.local', enabled: true })),
      act('change', 'POST', shop, () => ({ contact: 'b@shop.local' })),
      act('change', 'POST', `${shop}/token`, () => ({ description: 'robot' })),
      act('change', 'POST', `${shop}/users`, () => ({ name: 'eve', email: 'e@shop.local', enabled: true })),
      act('change', 'POST', `${shop}/users/ada`, () => ({ enabled: false })),
      act('change', 'POST', '/api/v1/system/configuration', () => ({ deny_limit: 9 })),
      act('change', 'DELETE', `${shop}/token/${tinyToken}`),
      act('change', 'DELETE', `${shop}/users/ada`),
      act('change', 'DELETE', shop),
    ]
  },
  'ungleichotp’s': ({ json, triple }, { entry, entryCode }) => {
    const act = actsBy(json, {})
    const verified = () => ({ verifyname: 'dns', verifyrealm: 'services', verifytoken: entryCode() })
    const own = `/ungleichotp/${entry}/`
    return [
      act('verdict', 'POST', '/ungleichotp/verify/', () => ({ ...triple(), ...verified() })),
      act('change', 'GET', '/ungleichotp/', triple),
      act('change', 'GET', own, triple),
      act('change', 'POST', '/ungleichotp/', () => ({ ...triple(), name: 'new', realm: 'services' })),
      act('change', 'PATCH', own, () => ({ ...triple(), name: 'mail' })),
      act('change', 'PUT', own, () => ({ ...triple(), name: 'web', realm: 'others' })),
      act('change', 'DELETE', own, triple),
    ]
  },
  'totpshare’s': ({ json, root }, { key }) => {
    const act = actsBy(json, root)
    return [
      act('change', 'GET', `/secret/${key}`),
      act('change', 'POST', '/api/secrets', () => ({ id: 'new', display_name: 'New', key: 'KRSXG5CTMVRXEZLU' })),
      act('change', 'POST', '/admin', () => ({ id: 'old', display_name: 'Old', secret: 'MFRGGZDFMZTWQ2LK' })),
      act('change', 'DELETE', `/api/secrets/${key}`),
    ]
  },
}

function actsBy(json: AllDoors['json'], headers: Readonly<Record<string, string>>) {
  return (kind: Act['kind'], method: string, path: string, body?: () => object): Act => ({
    kind,
    name: `${method} ${path}`,
    send: () => json(method, path, headers, body?.()),
  })
}

const tables = [
  'realm',
  'subject',
  'subject_state',
  'subject_source',
  'account',
  'account_grant',
  'account_lease',
  'access_token',
] as const

/** What a door may change, as it stands, but for when somebody was last there: a caller was, whatever they asked for. */
async function standing({ db }: Storage): Promise<string[]> {
  const told = (row: object) =>
    JSON.stringify(row, (name, value: unknown) => (/^last_(?:used|verified)_at_ms$/.test(name) ? undefined : value))
  const rows = [
    ...tables.map((table) => db.selectFrom(table).selectAll().execute()),
    // How far the notices have read the audit is nobody's setting.
    db.selectFrom('setting').selectAll().where('key', 'not like', 'notices.%').execute(),
  ]
  return (await Promise.all(rows)).flatMap((all) => all.map(told).toSorted())
}

/** What goes wrong, and for which acts it stands in the way of the act itself and not only of its caller. */
const faults: Readonly<
  Record<string, { readonly of: readonly Act['kind'][]; readonly begin: (doors: AllDoors) => Promise<() => unknown> }>
> = {
  'law 3, law 4: while the audit is forged': {
    of: ['verdict', 'change'],
    begin: ({ rooms }) => breakAudit(rooms.core.storage),
  },
  'law 3: while its record cannot be written': {
    of: ['change'],
    begin: async ({ rooms }) => {
      const spy = vi.spyOn(rooms.core.audit, 'append').mockRejectedValue(new Failure('audit_head_forged'))
      return () => spy.mockRestore()
    },
  },
  'law 7: while commits are lost': {
    of: ['change'],
    begin: async ({ rooms }) => loseCommits(rooms.core.storage, 'transaction'),
  },
  'law 7: while commits of verdicts are lost': {
    of: ['verdict'],
    begin: async ({ rooms }) => loseCommits(rooms.core.storage, 'hotTransaction'),
  },
}

describe.each(engines)('on $name', (engine) => {
  it.each(Object.entries(actsOf))('T04 T91 nothing is done or shown at the door %s', async (_door, actsAt) => {
    const doors = await openAllDoors(engine)
    const { storage } = doors.rooms.core
    const acts = actsAt(doors, await furnish(doors))
    doors.clock.advance(60_000)
    const before = await standing(storage)
    for (const [fault, { of, begin }] of Object.entries(faults)) {
      for (const { name, kind, send } of acts) {
        if (!of.includes(kind)) continue
        const mend = await begin(doors)
        const { status } = await send()
        await mend()
        expect([500, 503], `${fault}: ${name}`).toContain(status)
        expect(await standing(storage), `${fault}: ${name}`).toEqual(before)
      }
    }
    // Once all is well each of them is done: nothing was refused for another reason, and nothing was used up.
    for (const { name, send } of acts) expect([200, 201, 204, 302], name).toContain((await send()).status)
  })

  it.each(Object.entries(actsOf))(
    'T50 law 2: neither log nor audit tells what was typed or shown at the door %s',
    async (_door, actsAt) => {
      const doors = await openAllDoors(engine)
      const { storage, services } = doors.rooms.core
      const house = await furnish(doors)
      doors.clock.advance(60_000)
      const codes = [house.apiCode(), house.tinyCode(), house.entryCode(), doors.triple()['auth_token'] ?? '']
      const acts = actsAt(doors, house)
      const mend = await breakAudit(storage)
      for (const { send } of acts) await send()
      await mend()
      for (const { send } of acts) {
        const shown = (await send()).body.matchAll(/"(?:code|token)":"(\d{6})"/g)
        codes.push(...[...shown].map(([, code]) => String(code)))
      }
      const events = await storage.db.selectFrom('audit_event').select('body').execute()
      const told = JSON.stringify([(services.log as ReturnType<typeof testLog>).lines, events])
      expect(codes.filter((code) => new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(told))).toEqual([])
      expect(house.secrets.filter((secret) => told.includes(secret))).toEqual([])
    },
  )
})
