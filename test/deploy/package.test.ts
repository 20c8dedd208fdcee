import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { drawQrPng } from '../../src/qr/draw.ts'
import { caller } from '../support/server.ts'

const root = join(import.meta.dirname, '../..')
const uri = 'otpauth://totp/Packed:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Packed'

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

describe('the npm package', () => {
  let folder: string
  let packed: Packed
  let installed: string
  let program: string
  const children: ChildProcess[] = []

  const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
    spawnSync(process.execPath, [program, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...variables, HOME: folder },
    })

  beforeAll(() => {
    if (!existsSync(join(root, 'dist/watchword.js')))
      spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: 'ignore' })
    folder = mkdtempSync(join(tmpdir(), 'watchword-package-'))
    const { stdout, stderr } = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      // npm keeps a cache and its logs in the home folder, which a builder may not have.
      env: { ...process.env, HOME: folder },
    })
    const [only] = JSON.parse(stdout) as Packed[]
    if (only === undefined) throw new Error(`npm pack failed: ${stderr}`)
    packed = only
    // What npm does with a package that needs no others: it unpacks it. No folder above holds any modules.
    spawnSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder])
    installed = join(folder, 'package')
    program = join(installed, 'dist/watchword.js')
  })
  afterAll(async () => {
    for (const child of children) if (child.exitCode === null && child.kill()) await once(child, 'exit')
    rmSync(folder, { recursive: true, force: true })
  })

  it('holds the bundles and four papers, nothing else', () => {
    const others = packed.files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'))
    expect(others.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
    expect(
      packed.files.filter(
        ({ path }) => /\.(ts|tsx|map|test\.js|key|pem|env|db)$/.test(path) && !path.endsWith('.d.ts'),
      ),
    ).toEqual([])
  })

  it('holds no path of the machine it was built on', () => {
    const bundles = readdirSync(join(installed, 'dist'), { recursive: true }) as string[]
    const telling = bundles
      .filter((name) => /\.(js|cjs|html|css)$/.test(name))
      .filter((name) => readFileSync(join(installed, 'dist', name), 'utf8').includes(root))
    expect(telling).toEqual([])
  })

  it('says its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(run(['--version']).stdout.trim()).toBe(version)
  })

  it('serves console and API, reads QR pictures and imports files in their threads', async () => {
    const data = join(folder, 'data')
    const passphrase = join(folder, 'passphrase')
    writeFileSync(passphrase, 'seven quiet sentries walk')
    const made = run(['init', '--data-dir', data, '--admin', 'ada', '--passphrase-file', passphrase, '--json'])
    const { rootToken } = JSON.parse(made.stdout) as { rootToken: string }
    const url = await serve(['--data-dir', data, '--port', '0'])
    expect(await (await fetch(url)).text()).toContain('<script')
    const call = caller({ url }, rootToken)
    const picture = await call('POST', '/v1/accounts/candidates', {
      contentBase64: Buffer.from(drawQrPng(uri)).toString('base64'),
    })
    expect(picture.body['candidates']).toMatchObject([{ issuer: 'Packed' }])
    const file = await call('POST', '/v1/accounts/candidates', { text: `${uri}\n` })
    expect(file.body['candidates']).toHaveLength(1)
  })

  it('serves by `npx watchword serve` where npm installed it into an empty folder', async () => {
    const place = join(folder, 'clean')
    mkdirSync(place)
    const env = { HOME: place, PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter) }
    // Its one dependency comes from a file too: no registry is asked.
    const npm = (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync('npm', args, { cwd: place, encoding: 'utf8', env })
      if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`)
      return stdout
    }
    const typebox = npm('pack', '--ignore-scripts', join(root, 'node_modules/typebox')).trim()
    npm('install', '--offline', '--no-audit', '--no-fund', join(folder, packed.filename), `./${typebox}`)
    const child = spawn('npx', ['--offline', 'watchword', 'serve', '--port', '0', '--data-dir', 'data'], {
      cwd: place,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = once(child, 'exit')
    onTestFinished(async () => {
      // npx, a shell and the server are one group.
      process.kill(-(child.pid ?? 0), 'SIGTERM')
      await ended
    })
    const url = await servedAddress(child.stdout)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('is healthy for the container, by the very script the image asks', async () => {
    const image = join(folder, 'image')
    cpSync(join(installed, 'dist'), image, { recursive: true })
    for (const name of ['entrypoint.mjs', 'healthcheck.mjs']) cpSync(join(root, 'deploy', name), join(image, name))
    const data = join(folder, 'container')
    const url = await serve([], { WATCHWORD_PORT: '0', WATCHWORD_DATA_DIR: data }, join(image, 'entrypoint.mjs'))
    const health = (port: string) =>
      spawnSync(process.execPath, [join(image, 'healthcheck.mjs')], { env: { WATCHWORD_PORT: port } })
    expect(health(new URL(url).port)).toMatchObject({ status: 0 })
    expect(health('1')).toMatchObject({ status: 1 })
  })

  async function serve(
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
    entry = program,
  ): Promise<string> {
    const child = spawn(process.execPath, [entry, 'serve', ...args], {
      env: { ...variables, HOME: folder },
      cwd: folder,
    })
    children.push(child)
    return servedAddress(child.stdout)
  }
})

async function servedAddress(input: Readable): Promise<string> {
  for await (const line of createInterface({ input })) {
    const url = /^Watchword serves on (\S+)/.exec(line)?.[1]
    if (url !== undefined) return url.replace('0.0.0.0', '127.0.0.1')
  }
  throw new Error('the packed server did not start')
}
