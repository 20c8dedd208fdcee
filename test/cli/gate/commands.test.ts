import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { gateRoutes } from '../../../src/cli/gate/commands.ts'
import { proxies } from '../../../src/server/gate/proxy-config/print.ts'
import { runCommand } from '../../support/cli.ts'
import { openGateHouse } from '../../support/gate/house.ts'

const guide = readFileSync(resolve(import.meta.dirname, '../../../docs/guide/gate.md'), 'utf8')

function fileWith(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-rules-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'rules.yml'), content)
  return join(folder, 'rules.yml')
}

describe('watchword gate check-policy', () => {
  it('B3 says which rule decides and why, as the gate does', async () => {
    const file = fileWith('rules:\n  - name: ops only\n    path: /admin\n    group: ops\n    policy: two_factor\n')
    const ask = (...args: string[]) => runCommand(gateRoutes, ['check-policy', '--rules', file, ...args])
    const allowed = await ask('https://a.example/admin', '--as', 'alice', '--group', 'ops')
    expect(allowed.stdout).toBe('alice passes: rule 1 (ops only) says two_factor.\n')
    const weak = await ask('https://a.example/admin', '--as', 'alice', '--group', 'ops', '--one-factor')
    expect(weak.stdout).toBe('alice is asked for a fresh or second proof: rule 1 (ops only) says two_factor.\n')
    const denied = await ask('https://a.example/admin', '--as', 'alice')
    expect(denied.stdout).toBe('alice is refused (403): no rule matches: the default is deny.\n')
    const stranger = await ask('https://a.example/x/../admin', '--json')
    expect(JSON.parse(stranger.stdout)).toMatchObject({ outcome: 'forbidden' })
    expect((await ask('no address')).code).not.toBe(0)
    const nowhere = await ask('https://a.example/admin', '--address', '10.0.0')
    expect([nowhere.code === 0, nowhere.stdout, nowhere.stderr]).toEqual([
      false,
      '',
      expect.stringContaining('10.0.0 is no address of a visitor'),
    ])
  })

  it('B3 judges the rules of the guide as the guide means them', async () => {
    const [, rules = ''] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? []
    const file = fileWith(rules)
    const ask = async (url: string, ...args: string[]) => {
      const { stdout } = await runCommand(gateRoutes, ['check-policy', url, '--rules', file, '--json', ...args])
      return (JSON.parse(stdout) as { outcome: string }).outcome
    }
    expect(await ask('https://admin.example.com/users', '--as', 'alice', '--group', 'ops')).toBe('allow')
    expect(await ask('https://admin.example.com/users', '--as', 'bob')).toBe('forbidden')
    expect(await ask('https://admin.example.com/users')).toBe('login')
    expect(await ask('https://wiki.example.com/', '--as', 'bob', '--address', '10.1.2.3')).toBe('allow')
    expect(await ask('https://notes.example.com/', '--as', 'bob')).toBe('allow')
    expect(await ask('https://notes.example.com/', '--as', 'bob', '--method', 'POST')).toBe('forbidden')
    expect(await ask('https://anything.example.com/healthz')).toBe('allow')
  })

  it('B3 looks the person up, with the groups they have', async () => {
    const file = fileWith('rules:\n  - path: /admin\n    group: ops\n    policy: two_factor\n')
    const house = await openGateHouse()
    onTestFinished(() => house.close())
    await house.addPerson('alice', { groups: ['ops'] })
    await house.addPerson('bob')
    const ask = (...args: string[]) =>
      runCommand(gateRoutes, ['check-policy', 'https://a.example/admin', '--rules', file, ...args])
    const store = ['--data-dir', house.folder]
    expect(await ask('--as', 'alice', ...store)).toMatchObject({
      stdout: 'alice passes: rule 1 says two_factor.\n',
      stderr: '',
    })
    expect((await ask('--as', 'bob', ...store)).stdout).toMatch(/^bob is refused \(403\)/)
    expect(await ask('--as', 'nobody', ...store)).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('no such person'),
    })
  })

  it('B3 says what it took for granted where it could look nowhere', async () => {
    const file = fileWith('rules:\n  - group: ops\n    policy: one_factor\n')
    const ask = (...args: string[]) => runCommand(gateRoutes, ['check-policy', 'https://a.example/', '--as', ...args])
    expect((await ask('alice', '--rules', file)).stderr).toContain('alice exists and is in no group but everyone')
    expect((await ask('alice', '--rules', file, '--group', 'ops')).stderr).toContain('in ops and everyone')
    const told = JSON.parse((await ask('alice', '--rules', file, '--json')).stdout) as object
    expect(told).toMatchObject({ groups: ['everyone'], assumed: expect.stringContaining('Taken for granted') })
    expect((await ask('alice')).stdout).toContain('no rules file is named (--rules, WATCHWORD_GATE_RULES)')
  })

  it('says what of a question counted for nothing, and what is wrong with a method', async () => {
    const file = fileWith('rules:\n  - group: ops\n    policy: one_factor\n')
    const ask = (...args: string[]) => runCommand(gateRoutes, ['check-policy', '--rules', file, ...args])
    const stranger = await ask('https://a.example/', '--group', 'ops')
    expect(stranger.stdout).toMatch(/^A stranger is sent to the login/)
    expect(stranger.stderr).toContain('name one with --as')
    expect((await ask('https://a.example/', '--one-factor')).stderr).toContain('name one with --as')
    expect((await ask('https://a.example/')).stderr).toBe('')
    const odd = await ask('https://a.example/', '--method', 'GE T')
    expect(odd).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('GE T is no method of HTTP') })
    const portal = await ask('https://a.example/auth/login')
    expect(portal.stderr).toContain('the pages of the gate itself')
  })

  it('says which file cannot be read, and which line', async () => {
    const ask = (file: string) =>
      runCommand(gateRoutes, ['check-policy', 'https://a.example/', '--rules', file, '--as', 'bob'])
    expect(await ask('/no/such/rules.yml')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/no/such/rules.yml'),
    })
    const bad = fileWith('rules:\n  - policy: one_factor\n  - polic: deny\n')
    expect(await ask(bad)).toMatchObject({ code: 1, stderr: expect.stringMatching(/line 3/) })
  })
})

describe('watchword gate print-config', () => {
  it.each(proxies)('N3 prints %s for the hosts of a rules file, and names the places of its files', async (proxy) => {
    const file = fileWith('rules:\n  - host: [wiki.example.com, "*.apps.example.com"]\n    policy: one_factor\n')
    const printed = await runCommand(gateRoutes, ['print-config', proxy, file, '--gate', '10.0.0.5:9000'])
    expect(printed).toMatchObject({ code: 0, stderr: '' })
    expect(printed.stdout).toMatch(/10\.0\.0\.5[\s\S]*9000/)
    expect(printed.stdout).toContain('wiki.example.com')
    const places = printed.stdout.match(/^# ==> .*/gm) ?? []
    expect(places).toHaveLength(proxy === 'haproxy' || proxy === 'apache' ? 2 : 0)
    const asJson = await runCommand(gateRoutes, ['print-config', proxy, '--json'])
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      files: [{ content: expect.any(String) }, ...places.slice(1).map(() => ({}))],
    })
  })

  it.each(proxies)('N3 prints %s for portals as well: their logins are there', async (proxy) => {
    const file = fileWith(`rules:
  - host: app.example.org
    policy: one_factor
domains:
  - domain: example.org
    portal: https://login.example.org:8443
`)
    const { stdout } = await runCommand(gateRoutes, ['print-config', proxy, file])
    expect(stdout).toMatch(/login\\?\.example\\?\.org/)
  })

  it.each([
    ['--app', 'https://app'],
    ['--app', 'app'],
    ['--app', '127.0.0.1:99999'],
    ['--gate', 'http://127.0.0.1:8000'],
    ['--gate', 'unix:gate.sock'],
    ['--listen', '443 ssl'],
    ['--listen', 'app.example.com'],
    ['--host', 'https://app.example.com/'],
    ['--host', 'app.example.com; return 200'],
    ['--cookie-name', 'a;b'],
  ])('N3 prints nothing for %s %s, and says what it wants', async (option, value) => {
    const told = await runCommand(gateRoutes, ['print-config', 'nginx', option, value])
    expect(told).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`${option} ${value} cannot be`) })
  })

  it('N3 prints HTTPS at 443, with the certificate that is named or the one of certbot', async () => {
    const print = async (...args: string[]) =>
      runCommand(gateRoutes, ['print-config', 'nginx', '--host', 'app.example.com', ...args])
    const usual = await print('--listen', '443')
    expect(usual.stdout).toContain('listen 443 ssl;')
    expect(usual.stdout).toContain('ssl_certificate /etc/letsencrypt/live/app.example.com/fullchain.pem;')
    const own = await print('--listen', '8443', '--tls-cert', '/tls/site.crt', '--tls-key', '/tls/site.key')
    expect(own.stdout).toContain('ssl_certificate_key /tls/site.key;')
    expect((await print()).stdout).not.toContain('ssl')
    expect(await print('--tls-cert', '/tls/site.crt')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--tls-key'),
    })
  })

  it.each(['traefik', 'ingress-nginx'])('N3 says that %s asks over no socket', async (proxy) => {
    const told = await runCommand(gateRoutes, ['print-config', proxy, '--gate', 'unix:/run/watchword/gate.sock'])
    expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining('asks over no socket') })
  })

  it('N3 says that a configuration is for the host of an example, where none is named', async () => {
    const file = fileWith('rules:\n  - path: /public/\n    policy: bypass\n')
    const told = await runCommand(gateRoutes, ['print-config', 'nginx', file])
    expect(told).toMatchObject({ code: 0, stderr: expect.stringContaining('this is for app.example.com alone') })
  })

  it('names the proxies it knows', async () => {
    const { code, stderr } = await runCommand(gateRoutes, ['print-config', 'apache2'])
    expect(code).not.toBe(0)
    for (const proxy of proxies) expect(stderr).toContain(proxy)
  })
})

describe('watchword gate doctor', () => {
  it('N2 prints a line for each finding and ends with 1 when something is wrong', async () => {
    const open = createServer((_request, response) => response.end('a page for everybody'))
    await new Promise<void>((listening) => open.listen(0, '127.0.0.1', listening))
    onTestFinished(() => void open.close())
    const url = `http://127.0.0.1:${(open.address() as AddressInfo).port}/`
    const told = await runCommand(gateRoutes, ['doctor', url])
    expect(told.code).toBe(1)
    expect(told.stdout).toMatch(/^error +guarded \/: A stranger gets 200/m)
    expect(told.stdout).toMatch(/^warning way to the login \/: /m)
    const { findings } = JSON.parse((await runCommand(gateRoutes, ['doctor', '--json', url])).stdout) as {
      findings: object[]
    }
    expect(findings).toHaveLength(told.stdout.trimEnd().split('\n').length)
  })

  it('says in one line what it cannot do', async () => {
    const away = await runCommand(gateRoutes, ['doctor', 'http://127.0.0.1:1/'])
    expect(away).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('does not answer') })
    const file = await runCommand(gateRoutes, ['doctor', 'http://127.0.0.1:1/', '--token-file', '/no/such/file'])
    expect(file).toMatchObject({ code: 1, stderr: expect.stringContaining('/no/such/file') })
    expect((await runCommand(gateRoutes, ['doctor'])).code).not.toBe(0)
  })
})
