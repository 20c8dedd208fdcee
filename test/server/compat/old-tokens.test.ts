import { randomBytes, randomUUID } from 'node:crypto'
import { bcrypt } from 'hash-wasm'
import { describe, expect, it } from 'vitest'
import { engines } from '../../support/engines.ts'
import { until } from '../../support/until.ts'
import { openTinyMfa, type TinyMfaHouse, quickstart } from './tiny-mfa-house.ts'

/** Brings a token along as an import does. */
async function bringAlong({ core, tokens, subjects }: TinyMfaHouse, token: string, issuer: string | null = null) {
  const legacyBcrypt = await bcrypt({ password: token, salt: randomBytes(16), costFactor: 4 })
  const realm = issuer === null ? null : await subjects.realm(issuer)
  const owner = realm === null ? 'root' : 'service'
  const wish = { name: 'old', owner, legacyBcrypt, scopes: ['door:tiny-mfa'], createdBy: 'import' } as const
  await core.storage.transaction((tx) => tokens.create(tx, { ...wish, ...(realm && { realmId: realm.id }) }))
}

async function openOld(engine = engines[0]) {
  if (engine === undefined) throw new Error('there is no engine')
  const door = await openTinyMfa(engine)
  await quickstart(door)
  const ask = async (token: string, address = '192.0.2.1', path = '/issuer/issuer.local') => {
    const headers = { 'tiny-mfa-access-token': token }
    const reply = await door.app.inject({ url: `/api/v1${path}`, headers, remoteAddress: address })
    return reply.statusCode
  }
  return { door, ask }
}

describe.each(engines)('tokens imported as bcrypt on $name', (engine) => {
  it('are taken although they were tried, and refused, before they were imported', async () => {
    const { door, ask } = await openOld(engine)
    const [root, issuer] = [randomUUID(), randomUUID()]
    await bringAlong(door, randomUUID())
    expect(await Promise.all([ask(root), ask(root, '192.0.2.1', '/issuer'), ask(issuer)])).toEqual([401, 401, 401])
    await bringAlong(door, root)
    await bringAlong(door, issuer, 'issuer.local')
    await until(async () => (await ask(root)) === 200 && (await ask(issuer)) === 200)
    expect(await ask(root, '192.0.2.1', '/issuer')).toBe(200)
    expect(await ask(issuer, '192.0.2.1', '/issuer')).toBe(401)
  })

  it('cost one comparison when they are first used many times at once', async () => {
    const { door, ask } = await openOld(engine)
    const issuer = randomUUID()
    await bringAlong(door, issuer, 'issuer.local')
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(issuer)))
    expect(new Set(answers)).toEqual(new Set([200]))
  })
})

describe('whoever tries texts until one is a token', () => {
  it('fills a short queue only, and leaves room for everybody else', async () => {
    const { door, ask } = await openOld()
    const issuer = randomUUID()
    await bringAlong(door, issuer, 'issuer.local')
    const flood = Array.from({ length: 60 }, () => ask(randomUUID()))
    expect(await ask(issuer, '198.51.100.7')).toBe(200)
    const answers = await Promise.all(flood)
    expect(answers.filter((status) => status === 401)).toHaveLength(8)
    expect(answers.filter((status) => status === 503)).toHaveLength(52)
  })

  it('waits after twenty wrong ones, in its own network alone, and may try again later', async () => {
    const { door, ask } = await openOld()
    const issuer = randomUUID()
    await bringAlong(door, issuer, 'issuer.local')
    const place = '2001:db8::1'
    for (let tried = 0; tried < 20; tried += 1) expect(await ask(randomUUID(), place)).toBe(401)
    expect(await ask(randomUUID(), '2001:db8::2')).toBe(503)
    expect(await ask(issuer, place)).toBe(503)
    door.core.clock.advance(60_000)
    expect(await ask(issuer, place)).toBe(200)
    expect(await ask(randomUUID(), '2001:db8:0:1::1')).toBe(401)
  })

  it('makes nobody compare what cannot be a token', async () => {
    const { door, ask } = await openOld()
    await bringAlong(door, randomUUID())
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(`guess ${index}`)))
    expect(new Set(answers)).toEqual(new Set([401]))
  })
})
