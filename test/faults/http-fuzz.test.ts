import { describe, expect, it } from 'vitest'
import { fuzzHttp } from '../support/http-fuzz.ts'

describe('the HTTP surface', () => {
  it('T54 answers thousands of broken requests, never with a fault and never with an echo', async () => {
    const { requests, faults, answered, addresses } = await fuzzHttp({ requests: 4000, seed: 20_260 })
    expect(faults).toEqual([])
    expect(answered).toBe(requests)
    expect(addresses).toBeGreaterThan(200)
    expect(requests).toBeGreaterThan(10 * addresses)
  })
})
