import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '../..')
const ignored = readFileSync(join(root, 'deploy/Dockerfile.dockerignore'), 'utf8').split('\n')

/** The folder an image is built from: only what the ignore file lets in, and the packages that are installed there. */
function buildContext(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-context-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  for (const path of globSync(allowed, { cwd: root }))
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      filter: (source) => basename(source) !== 'node_modules' && !source.endsWith('/web/dist'),
    })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

it('the context of the image holds everything that its build reads and its last stage copies', () => {
  const context = buildContext()
  const { status, stderr } = spawnSync(process.execPath, [join(context, 'scripts/build.mjs')], {
    cwd: context,
    encoding: 'utf8',
  })
  expect(status, stderr).toBe(0)
  const parts = [
    'watchword.js',
    'codes.cjs',
    'qr-thread.js',
    'import-thread.js',
    'bcrypt-thread.js',
    'assets',
    'console/index.html',
    'types',
  ]
  expect(parts.filter((part) => !existsSync(join(context, 'dist', part)))).toEqual([])
  const copied = [
    ...readFileSync(join(root, 'deploy/Dockerfile'), 'utf8').matchAll(/\/build\/(\S+)|^COPY (deploy\S+)/gm),
  ]
  expect(copied.length).toBeGreaterThan(3)
  for (const [, built, own] of copied) {
    const path = built ?? own ?? ''
    expect(existsSync(join(context, path)), path).toBe(true)
  }
})
