import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Runs one test of these words as `npm test` runs ours, with a database asked for. */
function statusOf(words: string): number | null {
  const folder = mkdtempSync(join(root, 'node_modules', '.watchword-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'vitest.config.ts')
  const globalSetup = JSON.stringify([join(root, 'test', 'support', 'postgres.ts')])
  writeFileSync(
    config,
    `export default { test: { include: ['**/only.test.ts'], exclude: [], globalSetup: ${globalSetup} } }`,
  )
  writeFileSync(
    join(folder, 'only.test.ts'),
    `import { expect, inject, it } from 'vitest'
it('asks for the database', async () => {
  expect((await fetch(inject('postgresDoor'))).status).toBe(200)
  ${words}
}, 60_000)`,
  )
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  return spawnSync(process.execPath, [vitest, 'run', '--root', folder, '--config', config]).status
}

it('ends with a failure when a test failed, and without one when none did', () => {
  expect(statusOf('expect(1).toBe(1)')).toBe(0)
  expect(statusOf('expect(1).toBe(2)')).toBe(1)
})
