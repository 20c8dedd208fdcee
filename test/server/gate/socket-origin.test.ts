import { describe, expect, it } from 'vitest'
import { parseRules } from '../../../src/server/gate/rules-file.ts'
import { isForeignSocket } from '../../../src/server/gate/socket-origin.ts'
import { fc } from '../../support/property.ts'

const visit = { scheme: 'https', host: 'app.example.co.uk' } as const
const from = (origin: string | undefined, more: object = { upgrade: 'websocket' }) =>
  isForeignSocket({ ...(origin === undefined ? {} : { origin }), ...more }, visit)

describe('websockets from other sites', () => {
  it.each([
    'https://app.example.co.uk',
    'https://app.example.co.uk:8443',
    'https://www.example.co.uk',
    'https://EXAMPLE.co.uk.',
  ])('P34 %s is the same site', (origin) => expect(from(origin)).toBe(false))

  it.each([
    undefined,
    '',
    'null',
    'https://evil.test',
    'https://other.co.uk',
    'https://co.uk',
    'https://app.example.co.uk.evil.test',
    'https://app.example.co.uk@evil.test',
    'http://app.example.co.uk',
    'file:///app.example.co.uk',
    'ws://app.example.co.uk',
  ])('P34 %j is not', (origin) => expect(from(origin)).toBe(true))

  it('P34 knows a handshake by the version of its protocol, where a proxy keeps Upgrade to itself', () => {
    expect(from('https://evil.test', { 'sec-websocket-version': '13' })).toBe(true)
    expect(from('https://evil.test', { upgrade: 'WebSocket' })).toBe(true)
    expect(from('https://evil.test', {})).toBe(false)
    expect(from('https://evil.test', { upgrade: 'h2c' })).toBe(false)
  })

  it('P34 two names below a public suffix, and two addresses, are two sites', () => {
    const host = (name: string) => ({ scheme: 'http', host: name }) as const
    const socket = (origin: string) => ({ upgrade: 'websocket', origin })
    expect(isForeignSocket(socket('http://b.duckdns.org'), host('a.duckdns.org'))).toBe(true)
    expect(isForeignSocket(socket('http://10.0.0.2'), host('10.0.0.1'))).toBe(true)
    expect(isForeignSocket(socket('http://10.0.0.1:81'), host('10.0.0.1'))).toBe(false)
    expect(isForeignSocket(socket('http://localhost:81'), host('localhost'))).toBe(false)
  })

  it('P34 no Origin that anybody makes up is the same site', () => {
    fc.assert(
      fc.property(fc.webUrl(), (url) => {
        fc.pre(!new URL(url).hostname.endsWith('example.co.uk'))
        expect(from(new URL(url).origin)).toBe(true)
      }),
    )
  })

  it('P34 is off unless a rule asks for it', () => {
    const read = (more: string) => parseRules(`rules:\n  - policy: one_factor\n${more}`).rules[0]?.sameSiteSockets
    expect([read(''), read('    websockets: any\n'), read('    websockets: same_site\n')]).toEqual([false, false, true])
    expect(() => read('    websockets: some\n')).toThrow(/line 3/)
  })
})
