import { BlockList } from 'node:net'
import { describe, expect, it } from 'vitest'
import { clientAddress } from '../../../src/server/http/address.ts'
import { addressSource, namedSource } from '../../../src/server/subjects/source.ts'
import { engines } from '../../support/engines.ts'
import { openWorld, wrongCode } from './world.ts'
import { fc } from '../../support/property.ts'

const hex = (high: number, low: number) => ((high << 8) | low).toString(16)

describe('where a guess comes from', () => {
  it('T28 is one source for every spelling of an IPv4 address, and another for every other address', () => {
    fc.assert(
      fc.property(fc.tuple(...Array.from({ length: 4 }, () => fc.nat(255))), ([a = 0, b = 0, c = 0, d = 0]) => {
        const address = `${a}.${b}.${c}.${d}`
        const mapped = `${hex(a, b)}:${hex(c, d)}`
        const spellings = [
          address,
          `::ffff:${address}`,
          `::FFFF:${address}`,
          `::ffff:${mapped}`,
          `0:0:0:0:0:ffff:${mapped}`,
        ]
        spellings.push(`0000:0000:0000::ffff:${address}`, `::ffff:${address}%eth0`)
        for (const spelling of spellings) {
          expect(addressSource(spelling)).toBe(`address:${address}`)
          expect(namedSource(spelling)).toBe(`address:${address}`)
          expect(clientAddress(spelling, undefined, new BlockList())).toBe(address)
        }
      }),
    )
  })

  it('leaves other addresses of IPv6 to their /64, and names to themselves', () => {
    expect(addressSource('2001:db8:0:1::7')).toBe('address:2001:db8:0:1::/64')
    expect(addressSource('::1')).toBe('address:0:0:0:0::/64')
    expect(addressSource('::fffe:203.0.113.7')).toBe('address:0:0:0:0::/64')
    expect(namedSource('till 7')).toBe('named:till 7')
  })
})

describe.each(engines)('a service that names its clients on a dual-stack socket, on $name', (engine) => {
  it('T28 law 5: strangers do not use up the budget of the owner', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const source = namedSource('::ffff:203.0.113.7')
    expect(await world.judge('ada', world.code('ada'), { source })).toMatchObject({ accepted: true })
    world.clock.advance(30_000)
    for (let last = 0; last < 10; last += 1) {
      await world.judge('ada', wrongCode(world, 'ada'), { source: namedSource(`::ffff:198.51.100.${last}`) })
    }
    expect(await world.judge('ada', world.code('ada'), { source })).toMatchObject({ accepted: true })
  })
})
