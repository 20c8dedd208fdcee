import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { newToken } from '../../../src/crypto/token.ts'
import { RecentKeys } from '../../../src/server/access/sessions/recent-keys.ts'
import { tokenKey } from '../../../src/server/access/token-key.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { openGateHouse } from '../../support/gate/house.ts'
import { fc } from '../../support/property.ts'

const always = () => true
const never = () => false

describe('recent keys', () => {
  it('are what hashing says, asked once or again, of whatever text', () => {
    const keys = new RecentKeys()
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (token, isWorthKeeping) => {
        for (let time = 0; time < 3; time += 1) expect(keys.of(token, () => isWorthKeeping)).toBe(tokenKey(token))
      }),
    )
  })

  it('stay few, and hold nothing of strangers', () => {
    const keys = new RecentKeys()
    for (let index = 0; index < 5000; index += 1) keys.of(newToken(), never)
    expect(keys.size).toBe(0)
    for (let index = 0; index < 5000; index += 1) keys.of(newToken(), always)
    expect(keys.size).toBeLessThanOrEqual(1000)
    keys.forget()
    expect(keys.size).toBe(0)
  })

  it('are forgotten when a session ends and at each round of sweeping, and open nothing by themselves', async () => {
    const house = await openGateHouse()
    onTestFinished(() => house.close())
    const { sessions } = house.rooms.access
    const forget = vi.spyOn(RecentKeys.prototype, 'forget')
    onTestFinished(() => forget.mockRestore())
    const alice = await house.addPerson('alice')
    const cookie = `watchword=${await house.signIn(alice)}`
    const ask = async () => (await exchange(house.port, '/auth/check', { headers: { cookie } })).status
    expect([await ask(), await ask()]).toEqual([200, 200])
    forget.mockClear()
    await house.rooms.core.storage.transaction((tx) => sessions.end(tx, { personId: alice.id }))
    expect(await ask()).toBe(401)
    expect(forget).toHaveBeenCalled()
    forget.mockClear()
    await sessions.sweep()
    expect(forget).toHaveBeenCalled()
  })
})
