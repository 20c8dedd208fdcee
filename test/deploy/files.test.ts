import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { printConfig } from '../../src/server/gate/proxy-config/print.ts'
import { describeWhere, describeWith, findProgram } from '../support/programs.ts'
import { proxyExamples } from '../support/proxy-examples.ts'

// What cannot be run here (images, clusters) is checked as text; deploy/README.md says which is which.
const deploy = join(import.meta.dirname, '../../deploy')
const read = (path: string) => readFileSync(join(deploy, path), 'utf8')
const composeFiles = readdirSync(join(deploy, 'compose')).filter((name) => name.endsWith('.yaml'))

interface ComposeService {
  readonly image?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly secrets?: readonly string[]
  readonly networks?: readonly string[]
  readonly user?: string
  readonly profiles?: readonly string[]
  readonly command?: readonly string[]
  readonly extends?: { readonly service: string }
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly environment?: Readonly<Record<string, string>>
}
interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes?: Readonly<Record<string, unknown>>
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>
  readonly networks?: Readonly<Record<string, unknown>>
}

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile')
  const lines = dockerfile.split('\n').filter((line) => !line.startsWith('#'))

  it('runs as a user of its own, never as root', () => {
    const users = lines.filter((line) => line.startsWith('USER '))
    expect(users).toEqual(['USER 57687:57687'])
    expect(lines.indexOf(users[0] ?? '')).toBeLessThan(lines.findIndex((line) => line.startsWith('ENTRYPOINT')))
  })

  it('names the version of every image it starts from, and copies no whole context into what ships', () => {
    const from = lines.filter((line) => line.startsWith('FROM '))
    expect(from.every((line) => /:\d+/.test(line))).toBe(true)
    const shipped = lines.slice(lines.lastIndexOf(from.at(-1) ?? ''))
    expect(shipped.filter((line) => /^(COPY|ADD) \. /.test(line) || line.startsWith('ADD '))).toEqual([])
  })

  it('has `watchword` on its path, for commands beside the server', () => {
    expect(dockerfile).toContain('exec node /app/watchword.js "$@"')
    expect(dockerfile).toContain('chmod 0755 /usr/local/bin/watchword')
  })

  it('copies only what is there, and ends apt without leaving its lists behind', () => {
    const copied = lines.flatMap((line) => /^COPY (?!--from)(\S+) /.exec(line)?.[1] ?? [])
    expect(copied).not.toEqual([])
    for (const path of copied) expect(existsSync(join(deploy, '..', path)), path).toBe(true)
    expect(dockerfile).toMatch(/--no-install-recommends/)
    expect(dockerfile).toMatch(/rm -rf \/var\/lib\/apt\/lists/)
  })

  it('holds no secret: no ARG or ENV that is one', () => {
    expect(lines.filter((line) => /^(ARG|ENV).*(KEY|TOKEN|PASS|SECRET)=/i.test(line))).toEqual([])
  })

  it('asks the program itself for its health, and leaves signals to it', () => {
    expect(dockerfile).toMatch(/^HEALTHCHECK .*CMD \["node", "\/app\/healthcheck.mjs"\]$/m)
    expect(dockerfile).toMatch(/^ENTRYPOINT \[/m)
  })
})

describe.each(composeFiles)('compose/%s', (name) => {
  const compose = parse(read(`compose/${name}`)) as Compose
  const services = Object.entries(compose.services)

  it('refers to nothing that is not declared or not there', () => {
    for (const [, service] of services) {
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':')
        // Certificates are brought by whoever runs it.
        if (source === './tls') continue
        if (source.startsWith('./')) expect(existsSync(join(deploy, 'compose', source)), source).toBe(true)
        else if (!source.startsWith('$')) expect(compose.volumes, source).toHaveProperty([source])
      }
      for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty([secret])
      for (const network of service.networks ?? []) expect(compose.networks).toHaveProperty([network])
      if (service.build === undefined) continue
      const context = resolve(deploy, 'compose', service.build.context)
      expect(existsSync(join(context, service.build.dockerfile))).toBe(true)
    }
  })

  it('publishes Watchword on this machine alone, or through a proxy', () => {
    const ours = services.filter(([, { image }]) => image?.startsWith('watchword:'))
    expect(ours.length).toBeGreaterThan(0)
    for (const [, { ports = [] }] of ours) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  it('holds no passphrase and gives no container more than it needs', () => {
    for (const [, { image, environment = {}, read_only: isReadOnly, cap_drop: dropped }] of services) {
      for (const [key, value] of Object.entries(environment))
        if (/PASS|SECRET|TOKEN/.test(key)) expect(value).toMatch(/^(\$\{|\/run\/secrets\/)/)
      if (!image?.startsWith('watchword:') || name === 'tiny-mfa.yaml') continue
      expect([isReadOnly, dropped]).toEqual([true, ['ALL']])
    }
  })
})

describeWith(['docker-compose'], 'docker-compose', () => {
  it.each(composeFiles)('understands compose/%s', (name) => {
    const { status, stderr } = spawnSync('docker-compose', ['--file', join(deploy, 'compose', name), 'config', '-q'], {
      encoding: 'utf8',
      env: { ...process.env, POSTGRES_PASSWORD: 'set by who runs it' },
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
})

describe('the agent in a container', () => {
  const { agent, page } = (parse(read('compose/agent.yaml')) as Compose).services

  it('starts the web page by `up`, published on this computer only, and commands by `run`', () => {
    expect(agent?.profiles).toEqual(['command'])
    expect(page?.extends).toEqual({ service: 'agent' })
    expect(page?.profiles ?? []).toEqual([])
    expect(page?.ports).toEqual(['127.0.0.1:8765:8765'])
    expect(page?.command?.slice(0, 2)).toEqual(['agent', 'web'])
  })
})

describe('the tiny-mfa set-up', () => {
  it('is that of its manual with another image: four variables, its port, its volume', () => {
    const { tinymfa } = (parse(read('compose/tiny-mfa.yaml')) as Compose).services
    expect(Object.keys(tinymfa?.environment ?? {}).toSorted()).toEqual(
      ['POSTGRES_DB', 'POSTGRES_HOST', 'POSTGRES_PASSWORD', 'POSTGRES_USER'].toSorted(),
    )
    expect(tinymfa?.ports).toEqual(['127.0.0.1:57687:57687'])
    expect(tinymfa?.volumes?.[0]).toMatch(/:\/opt\/go-tiny-mfa\/secrets$/)
  })
})

describe('the Helm chart', () => {
  const chart = join(deploy, 'helm/watchword')
  const workload = readFileSync(join(chart, 'templates/workload.yaml'), 'utf8')

  it('has the version of the program', () => {
    const { version } = JSON.parse(readFileSync(join(deploy, '../package.json'), 'utf8')) as { version: string }
    expect(parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8'))).toMatchObject({ version, appVersion: version })
  })

  it('uses no value that values.yaml does not have', () => {
    const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as object
    const templates = readdirSync(join(chart, 'templates')).map((name) =>
      readFileSync(join(chart, 'templates', name), 'utf8'),
    )
    const used = new Set(templates.join('\n').match(/\.Values(\.\w+)+/g))
    expect(used.size).toBeGreaterThan(10)
    for (const path of used) expect(values, path).toHaveProperty(path.replace('.Values.', ''))
  })

  it('runs without root, on a read-only root file system, with both probes', () => {
    for (const wanted of ['runAsNonRoot: true', 'readOnlyRootFilesystem: true', 'drop: [ALL]', '/readyz', '/healthz'])
      expect(workload).toContain(wanted)
  })
})

describe('the example configurations of proxies', () => {
  it('are what the program prints', () => {
    for (const [name, content] of Object.entries(proxyExamples())) expect(read(`proxies/${name}`), name).toBe(content)
  })
})

describe('the guarded app of compose/nginx.yaml', () => {
  it('shares no network with Watchword, which believes its network what a visitor’s address is', () => {
    const { watchword, app, nginx } = (parse(read('compose/nginx.yaml')) as Compose).services
    expect(watchword?.networks).toEqual(['inside'])
    expect(app?.networks).toEqual(['apps'])
    expect(nginx?.networks).toEqual(['inside', 'apps'])
  })

  it('has the configuration that the program prints', () => {
    const [site] = printConfig('nginx', {
      hosts: ['app.example.com'],
      gate: 'watchword:8000',
      app: 'app:8080',
      listen: '443',
      tls: { certificate: '/etc/nginx/tls/site.crt', key: '/etc/nginx/tls/site.key' },
      cookieName: 'watchword',
    })
    expect(read('compose/app.conf').trim()).toBe(site?.content.trim())
  })
})

describe('the supervisord section', () => {
  it('drains on stop and keeps files to itself', () => {
    const section = read('supervisor/watchword.conf')
    for (const line of ['stopsignal=TERM', 'stopwaitsecs=30', 'umask=077', 'user=watchword'])
      expect(section.split('\n')).toContain(line)
  })
})

describeWhere(findProgram('systemd-analyze') !== null, 'systemd-analyze', 'the systemd units', () => {
  const units = ['watchword.service', 'watchword-audit-syslog.service']
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'watchword-unit-'))
    // The program is not installed on a machine that runs tests.
    for (const name of units)
      writeFileSync(join(folder, name), read(`systemd/${name}`).replace('/usr/bin/watchword', '/bin/sh'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(units)('%s is accepted by systemd-analyze verify', (name) => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', join(folder, name)], { encoding: 'utf8' })
    expect(stderr.split('\n').filter((line) => line.includes(name))).toEqual([])
    expect(status).toBe(0)
  })

  // systemd's own scale goes from 0, sealed off, to 100, open; units without any setting have 96.
  it.each(units)('%s is exposed to little by the measure of systemd-analyze security', (name) => {
    const args = ['security', '--offline=yes', '--threshold=15', join(folder, name)]
    expect(spawnSync('systemd-analyze', args, { encoding: 'utf8' })).toMatchObject({ status: 0 })
  })

  it('take the root key and the token as credentials and nothing of the machine besides their state', () => {
    for (const name of units) {
      const lines = read(`systemd/${name}`).split('\n')
      for (const line of ['DynamicUser=yes', 'ProtectSystem=strict', 'NoNewPrivileges=yes', 'CapabilityBoundingSet='])
        expect(lines).toContain(line)
    }
    expect(read('systemd/watchword.service')).toMatch(/^LoadCredential=watchword\.root-key:/m)
    expect(read('systemd/watchword-audit-syslog.service')).toMatch(/^LoadCredential=token:/m)
  })
})
