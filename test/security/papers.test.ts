import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const script = (name: string) =>
  spawnSync(process.execPath, [join(root, 'scripts', name), '--check'], { encoding: 'utf8' })

describe('the security papers', () => {
  it('answer every claim by a test or in writing', () => {
    expect(script('security-answers.mjs')).toMatchObject({ stderr: '', status: 0 })
  })

  it('name no test that is gone', () => {
    const named = new Set(
      [...read('docs/security/answers.md').matchAll(/^\* `([^`]+)`/gm)].map(([, file = '']) => file),
    )
    expect(named.size).toBeGreaterThan(30)
    expect([...named].filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('list what ships under the licences they allow', () => {
    const { components } = JSON.parse(read('docs/security/sbom.json')) as {
      components: { name: string; licenses: { expression: string }[] }[]
    }
    const page = read('docs/security/dependencies.md')
    expect(components.length).toBeGreaterThan(50)
    const licences = new Set(components.flatMap(({ licenses }) => licenses.map(({ expression }) => expression)))
    for (const licence of licences) expect(page, licence).toContain(licence)
  })

  it('name no dependency that nothing uses', () => {
    const { stdout } = spawnSync('git', ['ls-files', '*.ts', '*.tsx', '*.mjs', '*.css'], {
      cwd: root,
      encoding: 'utf8',
    })
    const text = stdout.trim().split('\n').map(read).join('\n')
    const { devDependencies, dependencies } = JSON.parse(read('package.json')) as Record<string, object>
    const named = Object.keys({ ...devDependencies, ...dependencies }).filter((name) => !name.startsWith('@types/'))
    // Type-aware linting is a program that the linter starts.
    const unused = named.filter((name) => !text.includes(name) && name !== 'oxlint-tsgolint')
    expect(named.length).toBeGreaterThan(30)
    expect(unused).toEqual([])
  })
})
