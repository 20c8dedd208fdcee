import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const project = fileURLToPath(new URL('../..', import.meta.url))
const compiler = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
const compilerOptions = {
  target: 'es2024',
  lib: ['es2024', 'dom'],
  module: 'nodenext',
  types: ['node'],
  noEmit: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
}

/** Runs the compiler; answers what it has to say. */
function compile(args: readonly string[], cwd: string): string {
  return spawnSync(process.execPath, [compiler, ...args], { cwd, encoding: 'utf8' }).stdout
}

/** A project of somebody else's, with the package as it ships and what its programs stand on. */
function emptyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-guide-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const installed = join(folder, 'node_modules', 'watchword')
  mkdirSync(installed, { recursive: true })
  copyFileSync(join(project, 'package.json'), join(installed, 'package.json'))
  expect(compile(['-p', 'tsconfig.client.json', '--outDir', join(installed, 'dist', 'types')], project)).toBe('')
  for (const name of ['fastify', 'typebox', '@types']) {
    symlinkSync(join(project, 'node_modules', name), join(folder, 'node_modules', name))
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  return folder
}

it('what the guide of the client shows compiles when it is pasted, under the strictest settings', () => {
  const guide = readFileSync(join(project, 'docs', 'guide', 'client.md'), 'utf8')
  const blocks = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block = '']) => block)
  expect(blocks).toHaveLength(2)

  const folder = emptyProject()
  for (const [index, block] of blocks.entries()) writeFileSync(join(folder, `block${index}.ts`), block)

  expect(compile(['-p', '.'], folder)).toBe('')
  writeFileSync(join(folder, 'wrong.ts'), "import { connect } from 'watchword/client'\nconnect({ baseUrl: 5 })\n")
  expect(compile(['-p', '.'], folder)).toContain('wrong.ts(2,11): error TS2322')
})
