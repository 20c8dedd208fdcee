import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const project = resolve(import.meta.dirname, '..')
let copy: string

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'watchword-lint-'))
  cpSync(join(project, 'oxlint.config.ts'), join(copy, 'oxlint.config.ts'))
  cpSync(join(project, 'tsconfig.json'), join(copy, 'tsconfig.json'))
  cpSync(join(project, 'package.json'), join(copy, 'package.json'))
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rmSync(copy, { recursive: true }))

/** Lints one text at some places in the house beside the files it may import. */
function lint(paths: readonly string[], source: string): string {
  for (const folder of ['src/errors', 'src/otp', ...paths.map(dirname)])
    mkdirSync(join(copy, folder), { recursive: true })
  writeFileSync(join(copy, 'src/errors/failure.ts'), 'export const failure = 1\n')
  writeFileSync(join(copy, 'src/otp/totp.ts'), 'export const totp = 1\n')
  for (const path of paths) writeFileSync(join(copy, path), source)
  const { stdout, stderr } = spawnSync(join(project, 'node_modules/.bin/oxlint'), ['--type-aware', ...paths], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(project, 'node_modules/.bin')}:${process.env['PATH']}` },
  })
  for (const path of paths) rmSync(join(copy, path))
  return stdout + stderr
}

describe('the linter', () => {
  it('complains about an import against the table', () => {
    expect(
      lint(['src/errors/canary.ts'], "import { totp } from '../otp/totp.ts'\nexport const canary = totp\n"),
    ).toContain('boundaries(dependencies)')
  })

  it('allows an import the table allows', () => {
    expect(
      lint(['src/otp/canary.ts'], "import { failure } from '../errors/failure.ts'\nexport const canary = failure\n"),
    ).toContain('Found 0 warnings and 0 errors')
  })

  it('complains about a promise nobody waits for', () => {
    const source =
      'async function check(): Promise<boolean> {\n  return false\n}\nexport function open(): void {\n  check()\n}\n'
    expect(lint(['src/otp/canary.ts'], source)).toContain('no-floating-promises')
  })

  it('keeps the query builder inside the database room', () => {
    expect(
      lint(['src/server/realms/canary.ts'], "import { sql } from 'kysely'\nexport const canary = sql\n"),
    ).toContain('no-restricted-imports')
  })

  it('keeps queries in the stores', () => {
    const words = ['selectFrom', 'insertInto', 'updateTable', 'deleteFrom']
    const query = (word: string) => `export const ${word} = (db: Record<string, () => number>) => db.${word}()\n`
    const source = words.map(query).join('')
    const rooms = ['src/server/realms/canary.ts', 'src/cli/canary.ts']
    expect(lint(rooms, source)).toContain(`Found 0 warnings and ${words.length * rooms.length} errors`)
    const stores = ['src/server/realms/store.ts', 'src/server/realms/canary-store.ts', 'src/server/database/canary.ts']
    expect(lint(stores, source)).toContain('Found 0 warnings and 0 errors')
  })

  it('keeps the environment out of the rooms, and out of their stores', () => {
    const source = "export const canary = process.env['HOME']\n"
    const rooms = ['src/otp/canary.ts', 'src/server/realms/store.ts', 'src/server/database/canary.ts']
    expect(lint(rooms, source)).toContain('Found 0 warnings and 3 errors')
    expect(lint(['src/server/config.ts', 'src/cli/canary.ts'], source)).toContain('Found 0 warnings and 0 errors')
  })
})
