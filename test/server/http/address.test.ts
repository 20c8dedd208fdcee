import { describe, expect, it } from 'vitest'
import { sourceNetwork } from '../../../src/server/http/address.ts'

describe('the network a guess is counted under', () => {
  it.each([
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['64:ff9b::cb00:7107', '203.0.113.7'],
    ['0064:FF9B:0:0:0:0:CB00:7107', '203.0.113.7'],
    ['64:ff9b:0000::cb00:7107%eth0', '203.0.113.7'],
    ['64:ff9b::', '0.0.0.0'],
  ])('P19 is that of the IPv4 client behind the well-known translator: %s', (address, network) => {
    expect(sourceNetwork(address)).toBe(network)
    expect(sourceNetwork(network)).toBe(network)
  })

  it.each([
    ['64:ff9b:1:fffe::203.0.113.7', '64:ff9b:1:fffe:0:0:cb00:7107'],
    ['64:ff9b:1:cb00:71:700::', '64:ff9b:1:cb00:71:700:0:0'],
  ])('P19 is the address itself behind a translator of the operator: %s', (address, network) => {
    expect(sourceNetwork(address)).toBe(network)
  })

  it.each([
    ['64:ff9b:2::203.0.113.7', '64:ff9b:2:0::/64'],
    ['64:ff9b::1:cb00:7107', '64:ff9b:0:0::/64'],
    ['164:ff9b::cb00:7107', '164:ff9b:0:0::/64'],
    ['2002:cb00:7107:1::7', '2002:cb00:7107:1::/64'],
    ['2001:0:cb00:7107::7', '2001:0:cb00:7107::/64'],
  ])('P19 is the /64 of every other: %s', (address, network) => {
    expect(sourceNetwork(address)).toBe(network)
  })
})
