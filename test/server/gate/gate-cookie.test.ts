import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { clearCookieTexts, gateCookieValues } from '../../../src/server/gate/gate-cookie.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { openGateHouse } from '../../support/gate/house.ts'

const token = () => randomBytes(32).toString('base64url')

describe('cookies of our name', () => {
  it('P30 any number that other hosts of the domain planted hides no session', async () => {
    const house = await openGateHouse()
    const session = await house.signIn(await house.addPerson('alice'))
    const ask = async (planted: readonly string[]) => {
      const cookie = [...planted, session].map((value) => `watchword=${value}`).join('; ')
      return (await exchange(house.port, '/auth/check', { headers: { cookie } })).status
    }
    expect(await ask(Array.from({ length: 150 }, token))).toBe(200)
    expect(await ask(Array.from({ length: 1000 }, (_, index) => `x${index}`))).toBe(200)
    await house.close()
  })

  it('P30 looks at each value once, best bound first, and at no more than a browser keeps', () => {
    const [bound, plain] = [token(), token()]
    const header = `watchword=${plain}; watchword=${plain}; watchword=; watchword=short; __Host-watchword=${bound}`
    expect(gateCookieValues(header, 'watchword')).toEqual([bound, plain])
    const many = Array.from({ length: 300 }, () => `watchword=${token()}`).join('; ')
    expect(gateCookieValues(many, 'watchword')).toHaveLength(200)
  })

  it('name nobody where a proxy joined two lines of them with a comma, as Apache does', async () => {
    const house = await openGateHouse()
    const session = `watchword=${await house.signIn(await house.addPerson('alice'))}`
    const ask = async (cookie: string) => (await exchange(house.port, '/auth/check', { headers: { cookie } })).status
    expect([await ask(`${session}, a=1`), await ask(`a=1, ${session}`), await ask(`a=1, b=2; ${session}`)]).toEqual([
      401, 401, 200,
    ])
    await house.close()
  })
})

describe('logging out', () => {
  it('P31 takes away every name and reach the cookie ever had, and no other', () => {
    const cleared = clearCookieTexts('watchword', true, ['app.example.com', 'example.com'])
    const variants = cleared.map((text) => [text.split('=')[0], /Domain=([^;]+)/.exec(text)?.[1] ?? null])
    expect(variants).toEqual([
      ['watchword', null],
      ['watchword', 'app.example.com'],
      ['watchword', 'example.com'],
      ['__Host-watchword', null],
      ['__Secure-watchword', 'app.example.com'],
      ['__Secure-watchword', 'example.com'],
    ])
    for (const text of cleared) expect(text).toMatch(/^[\w-]+=; Path=\/; HttpOnly; SameSite=Lax; Secure;.*Max-Age=0$/)
  })
})
