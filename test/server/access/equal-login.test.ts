import { describe, expect, it, vi } from 'vitest'
import * as api from '../../../src/api/index.ts'
import * as hmac from '../../../src/otp/hmac.ts'
import { engines } from '../../support/engines.ts'
import { codeOf, type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson } from './people.ts'

const { argon2Runs } = vi.hoisted(() => ({ argon2Runs: { count: 0 } }))
vi.mock('../../../src/otp/hmac.ts', { spy: true })
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>()
  const argon2: typeof original.argon2 = (...given) => {
    argon2Runs.count += 1
    return original.argon2(...given)
  }
  return { ...original, argon2 }
})

/** What a login of each kind of caller cost: Argon2id runs and HMACs of codes. */
async function costs(house: House, bodies: Record<string, object>): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [who, body] of Object.entries(bodies)) {
    vi.mocked(hmac.truncatedHmac).mockClear()
    argon2Runs.count = 0
    const answer = await house.call(api.login, { address: '203.0.113.66', body })
    expect([who, answer.status, answer.body['code']]).toEqual([who, 401, 'login_refused'])
    found[who] = `${argon2Runs.count} Argon2id, ${vi.mocked(hmac.truncatedHmac).mock.calls.length} HMACs`
  }
  return found
}

describe.each(engines)('the work of a login on $name', (engine) => {
  it('T40 is one Argon2id and one window of HMACs, whoever is named and whatever is wrong', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    const cyd = await addPerson(house, ada.rootToken, { username: 'cyd' })
    await house.call(api.updatePerson, { token: ada.rootToken, params: { person: bob.id }, body: { enabled: false } })
    const { passphrase } = ada
    const wrong = { passphrase: 'not the passphrase', code: '000000' }
    for (let guess = 0; guess < 7; guess += 1) {
      await house.call(api.login, { address: '203.0.113.66', body: { username: 'cyd', ...wrong } })
    }
    const found = await costs(house, {
      'a wrong code': { username: 'ada', passphrase, code: '000000' },
      'a wrong passphrase': { username: 'ada', ...wrong },
      'both wrong for nobody': { username: 'nobody of that name', ...wrong },
      'a name nobody has': { username: 'nobody of that name', passphrase, code: codeOf(ada.otpauthUri, house.clock) },
      'a disabled person': { username: 'bob', passphrase, code: codeOf(bob.otpauthUri, house.clock) },
      'a locked person': { username: 'cyd', passphrase, code: codeOf(cyd.otpauthUri, house.clock) },
    })
    expect(Object.keys(found)).toHaveLength(6)
    expect(new Set(Object.values(found))).toEqual(new Set(['1 Argon2id, 3 HMACs']))
  })
})
