import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { cleanEnvironment, type Variables } from './server.ts'

const project = resolve(import.meta.dirname, '../..')

/** The shell commands a guide shows below one of its headings, or above all of them, block by block, without the indent of lists. */
export function commandsIn(guide: string, heading?: string): string[] {
  const text = readFileSync(join(project, 'docs/guide', guide), 'utf8')
  const after = heading === undefined ? text : text.split(`## ${heading}\n`)[1]
  if (after === undefined) throw new Error(`${guide} has no heading ${heading}`)
  const [section = ''] = after.split('\n## ')
  return [...section.matchAll(/^( *)```(?:sh)?\n([\s\S]*?)^ *```/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
}

/** Puts a reader's own places in; a text that the commands do not have is a mistake of the test. */
export function adapted(commands: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the guide does not say ${from}: ${commands}`)
    return text.replaceAll(from, to)
  }, commands)
}

/** What a pasted block said. */
export interface Pasted {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A shell in a folder of its own, in which `watchword` is the program under test. */
export function openShell(variables: Variables = {}): {
  readonly folder: string
  paste(commands: string, more?: Variables): Pasted
} {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-reader-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const launcher = join(folder, 'watchword')
  writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${join(project, 'src/cli/main.ts')}' "$@"\n`)
  chmodSync(launcher, 0o755)
  const path = `${folder}:${process.env['PATH'] ?? ''}`
  return {
    folder,
    paste: (commands, more = {}) =>
      spawnSync('sh', ['-e', '-c', commands], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...cleanEnvironment({ ...variables, ...more }), PATH: path },
        timeout: 280_000,
      }),
  }
}
