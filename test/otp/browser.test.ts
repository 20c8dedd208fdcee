import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const room = join(import.meta.dirname, '../../src/otp')

/** Everything a file imports, itself included, by following the text of its imports. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || !file.endsWith('.ts')) return seen.add(file)
  seen.add(file)
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)) {
    reach(name.startsWith('.') ? join(dirname(file), name) : name, seen)
  }
  return seen
}

describe('what a browser runs', () => {
  it.each(['base32.ts', 'otpauth-uri.ts', 'guess-budget.ts'])('%s needs nothing of Node', (file) => {
    expect([...reach(join(room, file))].filter((name) => !name.endsWith('.ts'))).toEqual([])
  })

  it('sees what the others need', () => {
    expect([...reach(join(room, 'totp.ts'))]).toContain('node:crypto')
  })
})
