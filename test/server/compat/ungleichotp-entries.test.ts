import { describe, expect, it } from 'vitest'
import { bootstrap } from '../../../src/server/compat/ungleichotp/bootstrap.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { type Entry, openUngleich, type UngleichHouse } from './ungleichotp-house.ts'

/** Adds an entry past the door, as the native API does. */
async function addNative(door: UngleichHouse, realmName: string, name: string, origin = 'ungleichotp') {
  const policy = { readback: 'enrollers', replay: 'once' } as const
  const realm = await door.subjects.ensureRealm({ name: realmName, ...policy, origin }, byOperator)
  return door.core.storage.transaction(async (tx) => {
    const subject = await door.subjects.add(tx, realm, { name }, byOperator)
    await door.subjects.enrolment.start(tx, realm, subject, { begins: 'active' }, byOperator)
    return subject
  })
}

/** Writes columns of a subject's row past every rule, as older versions could. */
function write(door: UngleichHouse, name: string, columns: { number?: number; enabled?: number; name?: string }) {
  return door.core.storage.transaction((tx) =>
    tx.updateTable('subject').set(columns).where('name', '=', name).execute(),
  )
}

const list = async (door: UngleichHouse) => (await door.ask('GET', '/', door.auth(door.admin))).body as Entry[]

describe.each(engines)('entries at the ungleichotp door on $name', (engine) => {
  it('have an id of their own, whoever made them, so that a deletion hits the one it names', async () => {
    const door = await openUngleich(engine)
    await door.create('first', 'services')
    await addNative(door, 'services', 'nat')
    await addNative(door, 'others', 'far')
    const fresh = await door.create('fresh', 'services')
    const entries = await list(door)
    expect(new Set(entries.map(({ id }) => id)).size).toBe(5)
    expect(await door.ask('DELETE', `/${fresh.id}/`, door.auth(door.admin))).toMatchObject({ status: 204 })
    expect((await list(door)).map(({ name }) => name).toSorted()).toEqual(['far', 'first', 'nat', 'root'])
    const next = await door.create('next', 'services')
    expect(next.id).toBeGreaterThan(fresh.id)
  })

  it('draw ids one after the other when many are made at once', async () => {
    const door = await openUngleich(engine)
    const made = await Promise.all(Array.from({ length: 8 }, (_, index) => door.create(`s${index}`, 'services')))
    expect(new Set(made.map(({ id }) => id)).size).toBe(8)
  })

  it('name nobody by an id that two have from an older version', async () => {
    const door = await openUngleich(engine)
    const one = await door.create('one', 'services')
    await door.create('two', 'services')
    await write(door, 'two', { number: one.id })
    expect(await door.ask('DELETE', `/${one.id}/`, door.auth(door.admin))).toMatchObject({ status: 404 })
    expect(await list(door)).toHaveLength(3)
  })

  it('keep the secret they have when they are moved, also where that was replaced a moment ago', async () => {
    const door = await openUngleich(engine)
    const { id } = await door.create('one', 'services')
    const { subjects, core } = door
    const find = subjects.ensureRealm.bind(subjects)
    let seed = ''
    // Between the look at the entry and its move.
    subjects.ensureRealm = async (wish, by) => {
      const [into, from] = [await find(wish, by), await find({ ...wish, name: 'services' }, by)]
      await core.storage.transaction(async (tx) => {
        const subject = await subjects.find(from, 'one', tx)
        if (subject === null) throw new Error('one is gone')
        seed = (await subjects.enrolment.start(tx, from, subject, { begins: 'active' }, by)).secretBase32
      })
      return into
    }
    const moved = await door.ask('PATCH', `/${id}/`, { ...door.auth(door.admin), realm: 'others' })
    expect(moved.body).toMatchObject({ realm: 'others', seed })
  })

  it('of another door stay in their realm: a move is refused and changes nothing', async () => {
    const door = await openUngleich(engine)
    const ada = await addNative(door, 'shop', 'ada', 'tiny-mfa')
    for (const realm of ['ungleich', 'ungleich-admin']) {
      expect(await door.ask('PATCH', `/${ada.id}/`, { ...door.auth(door.admin), realm })).toMatchObject({
        status: 400,
        body: { realm: [expect.stringMatching(/another door/)] },
      })
    }
    expect(await door.ask('PATCH', `/${ada.id}/`, { ...door.auth(door.admin), name: 'eva' })).toMatchObject({
      status: 200,
      body: { name: 'eva', realm: 'shop', id: ada.id },
    })
    expect(await door.ask('GET', '/1/', door.auth(door.admin))).toMatchObject({ status: 200, body: { name: 'root' } })
  })

  it('T26 make no realm that a scope would read as another one, nor one that looks reserved', async () => {
    const door = await openUngleich(engine)
    const { id } = await door.create('nico', 'ungleich')
    for (const realm of ['*', 'a,b', 'Ungleich-Admin', 'UNGLEICH-AUTH', 'People', '..', 'a\u001bb']) {
      const refused = { status: 400, body: { realm: [expect.stringMatching(/\.$/)] } }
      expect(await door.ask('POST', '/', { ...door.auth(door.admin), name: 'n', realm })).toMatchObject(refused)
      expect(await door.ask('PATCH', `/${id}/`, { ...door.auth(door.admin), realm })).toMatchObject(refused)
      await expect(bootstrap(door, {}, { name: 'n', realm, force: true })).rejects.toMatchObject({
        code: 'ungleichotp_entry_refused',
      })
      expect(await door.subjects.realm(realm)).toBeNull()
    }
    expect(await door.create('n', 'a/b:c ü')).toMatchObject({ realm: 'a/b:c ü' })
  })
})

describe('the last entry of ungleich-admin', () => {
  const [engine] = engines
  if (engine === undefined) throw new Error('there is no engine')

  it('is the last one that can log in: disabled and nameless ones beside it do not count', async () => {
    const door = await openUngleich(engine)
    const disabled = await addNative(door, 'ungleich-admin', 'oldboss')
    await addNative(door, 'ungleich-admin', 'blank')
    await write(door, 'oldboss', { enabled: 0 })
    await write(door, 'blank', { name: '' })
    const auth = () => door.auth(door.admin)
    expect(await door.ask('PATCH', '/1/', { ...auth(), realm: 'ungleich' })).toMatchObject({ status: 409 })
    expect(await door.ask('DELETE', '/1/', auth())).toMatchObject({ status: 409 })
    expect(await door.ask('DELETE', `/${disabled.number}/`, auth())).toMatchObject({ status: 204 })
    await write(door, 'root', { enabled: 0 })
    expect(await bootstrap(door, {}, { name: 'next' })).toMatchObject({ entry: { name: 'next' } })
  })

  it.each(['', '   ', 'n'.repeat(300), 'a\u0007b'])('is not made with the name %j', async (name) => {
    const door = await openUngleich(engine)
    const refused = { code: 'ungleichotp_entry_refused', message: expect.stringMatching(/name: .+\./) }
    await expect(bootstrap(door, {}, { name, force: true })).rejects.toMatchObject(refused)
  })

  it('is made with its blanks trimmed, and a taken name or another door’s realm is told in a sentence', async () => {
    const door = await openUngleich(engine)
    expect(await bootstrap(door, {}, { name: ' a ', force: true })).toMatchObject({ entry: { name: 'a' } })
    await expect(bootstrap(door, {}, { name: 'a', force: true })).rejects.toMatchObject({
      code: 'ungleichotp_entry_taken',
      message: 'There is an entry a in ungleich-admin already. Choose another name.',
    })
    await addNative(door, 'shop', 'ada', 'tiny-mfa')
    await expect(bootstrap(door, {}, { name: 'a', realm: 'shop', force: true })).rejects.toMatchObject({
      message: expect.stringMatching(/^The entry is refused\. realm: This realm belongs to another door\. /),
    })
  })
})
