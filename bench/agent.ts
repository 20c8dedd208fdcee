import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atMostAbove, median, type Measurement, type Row } from './row.ts'

const rounds = 25
const project = join(import.meta.dirname, '..')

/** What a person waits for before a code appears, beside what no program of ours could leave out. */
export const agentMeasurement: Measurement = {
  name: 'agent',
  measure: () => {
    // Short: the path of gpg's sockets in here is limited.
    const home = mkdtempSync(join(tmpdir(), 'ww-'))
    const env = { HOME: home, GNUPGHOME: join(home, 'g'), PATH: process.env['PATH'] }
    try {
      return Promise.resolve([getRow(env, join(home, '.local', 'share', 'watchword', 'accounts.gpg'))])
    } finally {
      execFileSync('gpgconf', ['--homedir', env.GNUPGHOME, '--kill', 'all'], { env })
      rmSync(home, { recursive: true, force: true })
    }
  },
}

function getRow(env: Readonly<Record<string, string | undefined>>, store: string): Row {
  const built = join(project, 'dist', 'watchword.js')
  const script = existsSync(built) ? built : join(project, 'src', 'cli', 'main.ts')
  mkdirSync(String(env['GNUPGHOME']), { mode: 0o700 })
  run(process.execPath, [script, 'agent', 'init', '--unprotected-key'], env)
  run(process.execPath, [script, 'add', 'bench', '--secret', '-'], env, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  const ours: number[] = []
  const floor: number[] = []
  // Taken in turns, so that what else the computer does weighs on both.
  for (let round = 0; round < rounds; round += 1) {
    floor.push(run(process.execPath, ['-e', '0'], env) + run('gpg', ['--quiet', '--batch', '--decrypt', store], env))
    ours.push(run(process.execPath, [script, 'get', 'bench'], env))
  }
  const figures = { value: median(ours), unit: 'ms', yardstick: 'node -e 0 and gpg -d', yardstickValue: median(floor) }
  return atMostAbove('watchword get', figures, 40)
}

function run(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  input = '',
): number {
  const startedAt = performance.now()
  const { status } = spawnSync(program, words, { env, input })
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}`)
  return performance.now() - startedAt
}
