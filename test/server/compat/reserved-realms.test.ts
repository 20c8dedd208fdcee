import { describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { engines } from '../../support/engines.ts'
import { byOperator } from '../../support/core.ts'
import { type AllDoors, openAllDoors } from './all-doors.ts'

const reserved = ['people', 'ungleich-admin', 'ungleich-auth']

/** A server where every reserved realm has somebody: `anna`, and the first entry `root`. */
async function openInhabited(engine: (typeof engines)[number]) {
  const doors = await openAllDoors(engine)
  const { subjects, core } = doors.rooms
  const secrets = new Map<string, string>()
  for (const [name, origin] of [
    ['people', 'login'],
    ['ungleich-auth', 'ungleichotp'],
  ] as const) {
    const realm = await subjects.ensureRealm({ name, origin }, byOperator)
    await core.storage.transaction(async (tx) => {
      const anna = await subjects.add(tx, realm, { name: 'anna' }, byOperator)
      const { secretBase32 } = await subjects.enrolment.start(tx, realm, anna, { begins: 'active' }, byOperator)
      secrets.set(name, secretBase32)
    })
  }
  await doors.json('POST', '/api/v1/issuer', doors.tiny, { name: 'shop', contact: 'a@shop.local', enabled: true })
  await doors.json('POST', '/v1/realms', doors.root, { name: 'native' })
  await doors.json('POST', '/ungleichotp/', {}, { ...doors.triple(), name: 'dns', realm: 'services' })
  /** The right code of anna in a realm. */
  const code = (realm: string) => totp(decodeBase32(secrets.get(realm) ?? 'AAAA'), doors.clock.nowMs())
  return { ...doors, code }
}

/** Names and realms of everybody, straight from the database. */
async function everybody({ rooms }: AllDoors): Promise<unknown[]> {
  const { db } = rooms.core.storage
  return db
    .selectFrom('subject')
    .innerJoin('realm', 'realm.id', 'subject.realm_id')
    .select(['subject.name', 'realm.name as realm', 'subject.sealed_secret', 'realm.enabled', 'realm.digits'])
    .orderBy('realm.name')
    .orderBy('subject.name')
    .execute()
}

type Attempt = readonly [method: string, path: string, body?: object]

describe.each(engines)('reserved realms on $name', (engine) => {
  it.each(reserved)(
    'T26 the root of tiny-mfa can make, rename, fill, list and read back nothing in %s',
    async (name) => {
      const doors = await openInhabited(engine)
      const before = await everybody(doors)
      const at = `/api/v1/issuer/${name}`
      const made = await doors.json('POST', '/api/v1/issuer', doors.tiny, { name, contact: 'a@b.local' })
      expect([made.status, JSON.parse(made.body)]).toEqual([400, { success: false, message: 'object not safe' }])
      const attempts: Attempt[] = [
        ['GET', at],
        ['POST', at, { enabled: false, token_length: 8 }],
        ['DELETE', at],
        ['GET', `${at}/token`],
        ['POST', `${at}/token`, { description: 'mine' }],
        ['GET', `${at}/users`],
        ['POST', `${at}/users`, { name: 'eve', email: 'eve@b.local', enabled: true }],
        ...['anna', 'root'].flatMap((user): Attempt[] => [
          ['GET', `${at}/users/${user}`],
          ['POST', `${at}/users/${user}`, { enabled: false }],
          ['DELETE', `${at}/users/${user}`],
          ['GET', `${at}/users/${user}/totp`],
          ['POST', `${at}/users/${user}/totp`, { token: doors.code(name) }],
        ]),
      ]
      for (const [method, path, body] of attempts) {
        const reply = await doors.json(method, path, doors.tiny, body)
        expect([method, path, reply.status]).toEqual([method, path, 404])
      }
      const renamed = await doors.json('POST', '/api/v1/issuer/shop', doors.tiny, { name })
      expect(renamed.status).toBe(200)
      expect((await doors.json('GET', '/api/v1/issuer', doors.tiny)).body).not.toContain(name)
      expect(await everybody(doors)).toEqual(before)
    },
  )

  it.each(reserved)('T26 the root token of the native API can do none of it in %s either', async (name) => {
    const doors = await openInhabited(engine)
    const before = await everybody(doors)
    const at = `/v1/realms/${name}`
    const attempts: Attempt[] = [
      ['POST', '/v1/realms', { name }],
      ['PATCH', '/v1/realms/native', { name }],
      ['GET', at],
      ['PATCH', at, { digits: 8 }],
      ['PATCH', at, { name: 'mine' }],
      ['DELETE', at],
      ['GET', `${at}/subjects`],
      ['POST', `${at}/subjects`, { name: 'eve' }],
      ...['anna', 'root'].flatMap((subject): Attempt[] => [
        ['GET', `${at}/subjects/${subject}`],
        ['PATCH', `${at}/subjects/${subject}`, { enabled: false }],
        ['DELETE', `${at}/subjects/${subject}`],
        ['POST', `${at}/subjects/${subject}/enrolment`],
        ['GET', `${at}/subjects/${subject}/enrolment`],
        ['GET', `${at}/subjects/${subject}/enrolment/qr.png`],
      ]),
    ]
    for (const [method, path, body] of attempts) {
      const reply = await doors.json(method, path, doors.root, body)
      expect([method, path, reply.status >= 400 && reply.status < 500]).toEqual([method, path, true])
    }
    const verified = await doors.json('POST', `${at}/subjects/anna/verify`, doors.root, { code: doors.code(name) })
    expect(JSON.parse(verified.body)).not.toMatchObject({ accepted: true })
    expect(verified.body).not.toContain('step')
    expect((await doors.json('GET', '/v1/realms', doors.root)).body).not.toContain(`"${name}"`)
    for (const verb of ['enrol', 'verify', 'explain']) {
      const scoped = { name: 'x', owner: 'service', scopes: [`${verb}:${name}`] }
      expect((await doors.json('POST', '/v1/tokens', doors.root, scoped)).status).toBe(400)
    }
    expect(await everybody(doors)).toEqual(before)
  })

  it('T26 the root of ungleichotp rules its own two realms and can do nothing in people', async () => {
    const doors = await openInhabited(engine)
    const before = await everybody(doors)
    const ask = (method: string, path: string, body: object) =>
      doors.json(method, `/ungleichotp${path}`, {}, { ...doors.triple(), ...body })
    const listed = await ask('GET', '/', {})
    expect(listed.body).not.toContain('people')
    const [dns] = JSON.parse((await ask('GET', '/?name=dns', {})).body) as { id: number }[]
    for (const realm of ['people', 'PEOPLE', ' people ']) {
      for (const [method, path] of [
        ['POST', '/'],
        ['PUT', `/${dns?.id}/`],
        ['PATCH', `/${dns?.id}/`],
      ] as const) {
        const reply = await ask(method, path, { name: 'eve', realm })
        expect([realm, method, reply.status, JSON.parse(reply.body)]).toEqual([
          realm,
          method,
          400,
          { realm: [expect.any(String)] },
        ])
      }
    }
    const { db } = doors.rooms.core.storage
    const anna = await db
      .selectFrom('subject')
      .innerJoin('realm', 'realm.id', 'subject.realm_id')
      .select('subject.id')
      .where('realm.name', '=', 'people')
      .executeTakeFirst()
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      expect((await ask(method, `/${anna?.id}/`, { name: 'eve', realm: 'services' })).status).toBe(404)
    }
    expect(
      (await ask('POST', '/verify/', { verifyname: 'anna', verifyrealm: 'people', verifytoken: doors.code('people') }))
        .status,
    ).toBe(403)
    const people = (rows: unknown[]) => rows.filter((row) => (row as { realm: string }).realm === 'people')
    expect(people(await everybody(doors))).toEqual(people(before))
    for (const realm of ['ungleich-admin', 'ungleich-auth']) expect(listed.body).toContain(realm)
  })

  it('switches the doors off one by one, and each leaves the others open', async () => {
    const doors = await openInhabited(engine)
    const { root, tiny, json } = doors
    const isOpen = async () => ({
      tinyMfa: (await json('GET', '/api/v1/health', tiny)).status === 200,
      ungleichotp: (await json('GET', '/ungleichotp/', {}, doors.triple())).status === 200,
      totpshare: (await json('GET', '/api/secrets', root)).status === 200,
      gate: (await json('GET', '/auth/login', {})).status === 200,
    })
    const all = { tinyMfa: true, ungleichotp: true, totpshare: true, gate: true }
    expect(await isOpen()).toEqual(all)
    for (const door of Object.keys(all)) {
      const wish = { ...all, [door]: false }
      expect((await json('PATCH', '/v1/settings', root, { doors: wish })).status).toBe(200)
      await expect.poll(isOpen).toEqual(wish)
      // A closed door does not exist, for broken paths neither.
      if (door === 'tinyMfa') expect((await json('GET', '/api/v1/issuer/%zz', tiny)).status).toBe(404)
      if (door === 'ungleichotp') expect((await json('GET', '/ungleichotp/%zz/', {}, doors.triple())).status).toBe(404)
      if (door === 'totpshare') expect((await json('GET', '/secret/%zz', root)).status).toBe(404)
    }
    await json('PATCH', '/v1/settings', root, { doors: all })
    await expect.poll(isOpen).toEqual(all)
  })
})
