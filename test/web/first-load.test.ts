import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const build = resolve(import.meta.dirname, '../../dist/console')
const most = 250_000

interface Chunk {
  readonly file: string
  readonly imports?: readonly string[]
}

describe.skipIf(!existsSync(build))('the first load of the built console', () => {
  const manifest = existsSync(build)
    ? (JSON.parse(readFileSync(join(build, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>)
    : {}

  it('is at most 250 kB of compressed JavaScript, home page included', () => {
    const files = new Set(
      ['index.html', 'src/pages/codes/codes-page.tsx'].flatMap((entry) => scriptsOf(manifest, entry)),
    )
    const bytes = [...files].map((file) => gzipSync(readFileSync(join(build, file))).length)
    const total = bytes.reduce((sum, size) => sum + size, 0)
    expect(files.size).toBeGreaterThan(1)
    expect(total).toBeLessThanOrEqual(most)
  })

  it('names no other origin and holds no inline script', () => {
    const page = readFileSync(join(build, 'index.html'), 'utf8')
    expect(page).not.toMatch(/https?:\/\//)
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(page).not.toMatch(/\son\w+=/)
  })

  it('comes compressed twice, so that serving it compresses nothing', () => {
    const [file = ''] = scriptsOf(manifest, 'index.html')
    expect(existsSync(join(build, `${file}.br`))).toBe(true)
    expect(existsSync(join(build, `${file}.gz`))).toBe(true)
  })
})

/** A chunk and everything it needs before it runs. */
function scriptsOf(manifest: Readonly<Record<string, Chunk>>, entry: string, seen = new Set<string>()): string[] {
  const chunk = manifest[entry]
  if (chunk === undefined) throw new Error(`the build has no ${entry}`)
  if (seen.has(entry)) return []
  seen.add(entry)
  return [chunk.file, ...(chunk.imports ?? []).flatMap((next) => scriptsOf(manifest, next, seen))]
}
