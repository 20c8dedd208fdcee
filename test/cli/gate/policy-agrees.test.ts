import { expect, it } from 'vitest'
import { gateRoutes } from '../../../src/cli/gate/commands.ts'
import { runCommand } from '../../support/cli.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { openGateHouse } from '../../support/gate/house.ts'
import { fc } from '../../support/property.ts'

const rules = `
rules:
  - {host: '*.open.test', policy: bypass}
  - {host: app.test, path: /public/, method: [GET, HEAD], policy: bypass}
  - {host: app.test, path: /admin, group: ops, policy: two_factor, step_up_minutes: 5}
  - {host: app.test, path: /admin, policy: deny}
  - {host: app.test, network: [10.0.0.0/8, '2001:db8::/32'], policy: one_factor}
  - {host: app.test, path_regex: '^/api/[0-9]+$', person: [alice, bob], policy: one_factor}
  - {host: '[2001:db8::7]', policy: one_factor}
  - {host: app.test, person: alice, policy: two_factor}
`
const segment = fc.constantFrom('public', 'admin', 'api', '7', '..', '.', '%2e%2e', '..;', '%2f', '', 'x;y', 'ADMIN')
const visits = fc.record({
  host: fc.constantFrom('app.test', 'APP.test:8443', 'a.open.test', 'other.test', '[2001:DB8:0::7]', 'app.test.'),
  path: fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`),
  method: fc.constantFrom('GET', 'head', 'POST', 'PROPFIND'),
  address: fc.constantFrom('10.1.2.3', '::ffff:10.1.2.3', '192.0.2.9', '2001:db8::5', '::1'),
  who: fc.constantFrom('nobody', 'alice', 'bob'),
  factors: fc.constantFrom('one', 'two'),
})

it('B3 says of every visit what the gate itself answers to it', async () => {
  const house = await openGateHouse({ rules })
  const people = { alice: await house.addPerson('alice', { groups: ['ops'] }), bob: await house.addPerson('bob') }
  const cookies = new Map<string, string>()
  for (const [name, person] of Object.entries(people))
    for (const factors of ['one', 'two'] as const)
      cookies.set(`${name} ${factors}`, `watchword=${await house.signIn(person, { factors })}`)

  const live = async ({ host, path, method, address, who, factors }: Visit): Promise<string> => {
    const cookie = cookies.get(`${who} ${factors}`)
    const told = { 'x-original-url': `https://${host}${path}`, 'x-original-method': method, 'x-forwarded-for': address }
    const headers = { ...told, accept: 'text/html', ...(cookie === undefined ? {} : { cookie }) }
    const { status, headers: answered } = await exchange(house.port, '/check/nginx', { headers })
    if (status !== 401) return String(status)
    return String(answered.location).endsWith('&again=1') ? 'again' : 'login'
  }
  const said = async ({ host, path, method, address, who, factors }: Visit): Promise<string> => {
    const as = { nobody: [], alice: ['--as', 'alice', '--group', 'ops'], bob: ['--as', 'bob'] }[who]
    const how = ['--method', method, '--address', address, ...(factors === 'one' ? ['--one-factor'] : [])]
    const args = ['check-policy', `https://${host}${path}`, '--rules', house.rulesFile, '--json', ...how, ...as]
    const { stdout } = await runCommand(gateRoutes, args)
    // An address no two servers read alike; the gate refuses it.
    if (stdout === '') return '403'
    const statuses: Record<string, string> = { allow: '200', login: 'login', step_up: 'again', forbidden: '403' }
    return statuses[(JSON.parse(stdout) as { outcome: string }).outcome] ?? ''
  }
  await fc.assert(
    fc.asyncProperty(visits, async (visit) => {
      expect(await said(visit)).toBe(await live(visit))
    }),
    { numRuns: 60 },
  )
  await house.close()
})

type Visit = typeof visits extends fc.Arbitrary<infer Value> ? Value : never
