import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProbeFinding } from '../../src/cli/gate/finding.ts'
import { probeProxy } from '../../src/cli/gate/probe.ts'
import { seenFindings } from '../../src/cli/gate/seen-findings.ts'
import { startEchoApp } from '../support/gate/echo-app.ts'
import { openGateHouse } from '../support/gate/house.ts'
import { printedNginx, programOf, startNginx, startPrintedProxy, type TestedProxy } from '../support/gate/proxies.ts'
import { describeWith } from '../support/programs.ts'

const host = '127.0.0.1'
/** Tests end by their own limit. */
const until = new AbortController().signal

/** A gate, an app, a token that passes, and the doctor's visit to a proxy in front of them. */
async function openClinic(rules?: string) {
  const app = await startEchoApp()
  const house = await openGateHouse(rules === undefined ? {} : { rules })
  const { core, access } = house.rooms
  const limits = { hosts: ['*'], paths: ['/'], methods: ['*'], twoFactor: false }
  const { text: token } = await core.storage.transaction((tx) =>
    access.tokens.create(tx, {
      name: 'doctor',
      owner: 'service',
      scopes: ['gate:app'],
      gateLimits: limits,
      createdBy: 'test',
    }),
  )
  const site = printedNginx({ gatePort: house.port, appPort: app.port, hosts: [host] })
  const visit = async (changedSite: string, { path = '/', aheadMs = 0 } = {}) => {
    const nginx = await startNginx(changedSite)
    const addresses = ['/', path].map((visited) => `http://${host}:${nginx.port}${visited}`)
    const found = await probeProxy({
      addresses: [...new Set(addresses)],
      token: token ?? '',
      now: () => house.nowMs() + aheadMs,
      until,
    })
    await nginx.stop()
    return found
  }
  const close = async () => {
    await house.close()
    await app.close()
  }
  return { app, house, token: token ?? '', site, visit, close }
}

const wrongIn = (found: readonly ProbeFinding[]) =>
  found.filter(({ level }) => level !== 'ok').map(({ level, check }) => `${level}: ${check}`)

/** The site with every occurrence of some lines gone or changed; the test fails when there was none. */
function changed(site: string, ...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the printed configuration has no ${from}`)
    return text.replaceAll(from, to)
  }, site)
}

describeWith(['nginx'], 'gate doctor and nginx', () => {
  let clinic: Awaited<ReturnType<typeof openClinic>>

  beforeAll(async () => {
    clinic = await openClinic()
  })
  afterAll(() => clinic.close())

  it('N2 finds nothing wrong with the printed configuration', async () => {
    expect(wrongIn(await clinic.visit(clinic.site))).toEqual([])
  })

  const faults: readonly {
    readonly fault: string
    readonly changes: readonly (readonly [string, string])[]
    readonly found: readonly string[]
    readonly path?: string
  }[] = [
    {
      fault: 'a body that is not switched off',
      changes: [
        ['proxy_pass_request_body off;', ''],
        ['proxy_set_header Content-Length "";', ''],
      ],
      found: ['warning: body off'],
    },
    {
      fault: 'connections that are not kept',
      changes: [
        ['proxy_http_version 1.1;', ''],
        ['proxy_set_header Connection "";', ''],
      ],
      found: ['warning: connections'],
    },
    {
      fault: 'a URL of the visitor that reaches the check',
      changes: [['proxy_set_header X-Original-URL $scheme://$host$port_127_0_0_1$request_uri;', '']],
      found: ['error: forged address'],
    },
    {
      fault: 'an address of the visitor that is believed',
      changes: [['proxy_set_header X-Forwarded-For $remote_addr;', '']],
      found: ['error: forged visitor address'],
    },
    {
      fault: 'identity headers that reach the app',
      changes: [['proxy_set_header Remote-Groups $gate_groups;', '']],
      found: ['error: forged identity'],
    },
    {
      fault: 'a location that returns before the check',
      changes: [
        ['location / {', 'location /files/ { auth_request /.watchword-check; return 200 "a secret"; }\nlocation / {'],
      ],
      path: '/files/',
      found: ['error: guarded /files/'],
    },
    {
      fault: 'a location that is satisfied with any address',
      changes: [
        [
          'location / {',
          `location /files/ { satisfy any; allow all; auth_request /.watchword-check; proxy_pass http://127.0.0.1:APP; }\nlocation / {`,
        ],
      ],
      path: '/files/',
      found: ['error: guarded /files/'],
    },
    {
      fault: 'a check that anybody may ask',
      changes: [['internal;', '']],
      found: ['error: check kept inside'],
    },
    {
      fault: 'a way from outside to every check',
      changes: [
        ['location /auth/ {', 'location /check/ { proxy_pass http://watchword_127_0_0_1; }\n  location /auth/ {'],
      ],
      found: ['error: check kept inside'],
    },
    {
      fault: 'a host that the visitor names',
      changes: [
        ['$host$port_127_0_0_1', '$http_host'],
        ['if ($known_127_0_0_1 = "") { return 421; }', ''],
      ],
      found: ['error: foreign host'],
    },
    {
      fault: 'a host that is judged and not routed by',
      changes: [
        [
          'X-Original-URL $scheme://$host$port_127_0_0_1$request_uri',
          'X-Original-URL $scheme://$http_host$request_uri',
        ],
      ],
      found: ['error: foreign host'],
    },
    {
      fault: 'a guard for some methods alone',
      changes: [
        [
          'auth_request /.watchword-check;',
          'auth_request /.watchword-check; error_page 418 = @open; if ($request_method = POST) { return 418; }',
        ],
        ['location / {', 'location @open { proxy_pass http://127.0.0.1:APP; }\n  location / {'],
      ],
      found: ['error: guarded POST /'],
    },
    {
      fault: 'a login that is guarded itself',
      changes: [['location /auth/ {', 'location /auth/ {\n    auth_request /.watchword-check;']],
      found: ['error: login page'],
    },
    {
      fault: 'a login that nobody is led to',
      changes: [['if ($gate_to) { return 302 $gate_to; }', '']],
      found: ['warning: way to the login /', 'skipped: body, connections, cookie, clock'],
    },
    {
      fault: 'a mark that does not reach the check',
      changes: [
        ['proxy_pass_request_body off;', 'proxy_pass_request_body off; proxy_set_header X-Watchword-Doctor "";'],
      ],
      found: ['skipped: body, connections, cookie, clock'],
    },
  ]

  it.each(faults)('N2 finds $fault', async ({ changes, found, path = '/' }) => {
    const site = changed(clinic.site, ...changes).replaceAll(':APP', `:${clinic.app.port}`)
    expect(wrongIn(await clinic.visit(site, { path }))).toEqual(expect.arrayContaining([...found]))
  })

  it('N2 finds a clock that is wrong', async () => {
    expect(wrongIn(await clinic.visit(clinic.site, { aheadMs: 60_000 }))).toEqual(['error: clock'])
  })

  it('N2 finds a gate that cannot be reached', async () => {
    const site = changed(clinic.site, [`127.0.0.1:${clinic.house.port}`, '127.0.0.1:1'])
    expect(wrongIn(await clinic.visit(site))).toContain('error: guarded /')
  })

  it('N2 finds a login on a host whose cookie never reaches the app', async () => {
    const other = await openClinic(
      'rules:\n  - policy: one_factor\ndomains:\n  - domain: app.example.test\n    portal: http://login.app.example.test\n',
    )
    const site = changed(other.site, ['$host$port_127_0_0_1', 'app.example.test'])
    expect(wrongIn(await other.visit(site))).toContain('error: cookie')
    await other.close()
  })
})

const proxies: readonly TestedProxy[] = ['caddy', 'haproxy', 'apache']

for (const kind of proxies) {
  describeWith([programOf[kind]], `gate doctor and ${kind}`, () => {
    it('N2 sees the check behind the printed configuration and finds nothing wrong with it', async () => {
      const { app, house, token, close } = await openClinic()
      const proxy = await startPrintedProxy(kind, { gatePort: house.port, appPort: app.port, hosts: [host] })
      const now = () => house.nowMs()
      const found = await probeProxy({ addresses: [`http://${host}:${proxy.port}/`], token, now, until })
      await proxy.stop()
      await close()
      // Their Lua opens a connection for each check, which is slower and nothing worse.
      expect(wrongIn(found).filter((wrong) => wrong !== 'warning: connections')).toEqual([])
      expect(found.map(({ check }) => check)).toContain('body off')
    })
  })
}

const changedByHand: readonly {
  readonly kind: TestedProxy
  readonly fault: string
  readonly change: (text: string) => string
  readonly found: string
}[] = [
  {
    kind: 'caddy',
    fault: 'a guard for GET and HEAD alone',
    change: (text) =>
      text
        .replace('forward_auth ', 'forward_auth @reads ')
        .replace('@gate_token', '@reads method GET HEAD\n  @gate_token'),
    found: 'error: guarded POST /',
  },
  {
    kind: 'haproxy',
    fault: 'a Host of which one reader takes the first and another the last',
    change: (text) =>
      text
        .replace(/^ +http-request deny deny_status 400 .*$/m, '')
        .replaceAll('req.fhdr(host)', 'hdr(host)')
        .replaceAll('req_fhdr("host")', 'req_hdr("host")'),
    found: 'error: foreign host',
  },
]

for (const { kind, fault, change, found } of changedByHand) {
  describeWith([programOf[kind]], `gate doctor and a changed ${kind}`, () => {
    it(`N2 finds ${fault}`, async () => {
      const { app, house, token, close } = await openClinic()
      const place = { gatePort: house.port, appPort: app.port, hosts: [host], change }
      const proxy = await startPrintedProxy(kind, place)
      const addresses = [`http://${host}:${proxy.port}/`]
      expect(wrongIn(await probeProxy({ addresses, token, now: () => house.nowMs(), until }))).toContain(found)
      await proxy.stop()
      await close()
    })
  })
}

describe('what the check tells of its cookie', () => {
  const plain = {
    httpVersion: '1.1',
    closes: false,
    hasBody: false,
    believesAddress: false,
    cookieDomain: null,
    isCookieSecure: true,
    nowMs: 0,
  }
  const cookieOf = (visited: string, portal: string, seen: Partial<typeof plain> | { cookieDomain: string }) =>
    seenFindings({
      plain: { ...plain, ...seen },
      posted: plain,
      visited: new URL(visited),
      portal: new URL(portal),
      nowMs: 0,
    }).find(({ check }) => check === 'cookie')?.level

  it.each([
    ['https://app.example.com/', 'https://app.example.com/', {}, 'ok'],
    ['https://app.example.com/', 'https://login.example.com/', {}, 'error'],
    ['https://app.example.com/', 'https://login.example.com/', { cookieDomain: 'example.com' }, 'ok'],
    ['https://app.example.org/', 'https://login.example.com/', { cookieDomain: 'example.com' }, 'error'],
    ['http://app.example.com/', 'http://app.example.com/', {}, 'error'],
    ['http://app.example.com/', 'http://app.example.com/', { isCookieSecure: false }, 'ok'],
    ['http://localhost/', 'http://localhost/', {}, 'ok'],
  ])('N2 of %s with its login on %s and %j says %s', (visited, portal, seen, level) => {
    expect(cookieOf(visited, portal, seen)).toBe(level)
  })
})
