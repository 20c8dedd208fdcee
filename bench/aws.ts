import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCached, type CachedCredentials } from '../src/cli/aws/credential-cache.ts'
import { awsPaths, cacheName, settingsFile } from '../src/cli/aws/paths.ts'
import { saveSettings } from '../src/cli/aws/settings.ts'
import { median, type Measurement, type Row } from './row.ts'

const rounds = 25
const roleArn = 'arn:aws:iam::123456789012:role/Admin'
const project = join(import.meta.dirname, '..')

/** What every call of an AWS tool pays: our start, one sealed file, one line. */
export const awsMeasurement: Measurement = {
  name: 'aws',
  measure: async () => {
    const home = mkdtempSync(join(tmpdir(), 'watchword-bench-'))
    try {
      return [await cachedRow(home)]
    } finally {
      rmSync(home, { recursive: true })
    }
  },
}

async function cachedRow(home: string): Promise<Row> {
  const env = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), PATH: process.env['PATH'] }
  mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 })
  await fillCache(env)
  const built = join(project, 'dist', 'watchword.js')
  const script = existsSync(built) ? built : join(project, 'src', 'cli', 'main.ts')
  const ours: number[] = []
  const empty: number[] = []
  // Taken in turns, so that what else the computer does weighs on both.
  for (let round = 0; round < rounds; round += 1) {
    empty.push(elapsedMs(['-e', '0'], env))
    ours.push(elapsedMs([script, 'aws', 'credential-process', '--role-arn', roleArn], env))
  }
  const [value, yardstickValue] = [median(ours), median(empty)]
  return {
    name: 'cached aws credential-process',
    value,
    unit: 'ms',
    yardstick: 'node -e 0',
    yardstickValue,
    ratio: value / yardstickValue,
    bar: 'at most 25 ms more',
    met: value - yardstickValue <= 25,
  }
}

async function fillCache(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const paths = awsPaths(env, {}, process.platform, process.getuid?.())
  await saveSettings(paths, 'default', { sso_url: 'https://company.okta.com/app', user_name: 'mara@example.com' })
  const cached: CachedCredentials = {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'x'.repeat(40),
    sessionToken: 'y'.repeat(800),
    issuedAtMs: Date.now(),
    expiresAtMs: Date.now() + 43_200_000,
  }
  writeCached(paths, cacheName(settingsFile(paths, 'default', process.platform), roleArn), cached)
}

function elapsedMs(words: readonly string[], env: Readonly<Record<string, string | undefined>>): number {
  const startedAt = performance.now()
  const { status } = spawnSync(process.execPath, words, { env })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`)
  return performance.now() - startedAt
}
