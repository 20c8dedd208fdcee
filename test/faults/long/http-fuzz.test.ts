import { describe, expect, it } from 'vitest'
import { fuzzHttp } from '../../support/http-fuzz.ts'

describe('the HTTP surface, the long way', () => {
  it('T54 answers a million broken requests, never with a fault and never with an echo', async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31)
    const { requests, faults, answered, addresses } = await fuzzHttp({ requests: 1_000_000, seed })
    console.log(`${requests} broken requests to ${addresses} addresses, ${faults.length} faults`)
    expect(faults, `with the seed ${seed}`).toEqual([])
    expect(answered).toBe(requests)
  })
})
