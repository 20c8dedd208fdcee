import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rootRoutes } from '../../src/cli/routes.ts'
import { runCommand } from '../support/cli.ts'

const root = join(import.meta.dirname, '../..')
const pages = [
  'README.md',
  'deploy/README.md',
  ...readdirSync(join(root, 'docs/guide')).map((name) => `docs/guide/${name}`),
]

/** A command as a page spells it: its words up to the first that is somebody's own, and its flags. */
interface Spelled {
  readonly words: readonly string[]
  readonly flags: readonly string[]
}

/** Every command of ours on a page: in a block, or in the middle of a sentence. */
function commandsOn(page: string): Spelled[] {
  const text = readFileSync(join(root, page), 'utf8').replaceAll('\\\n', ' ')
  const blocks = [...text.matchAll(/```\w*\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.split('\n'))
  const spans = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...blocks, ...spans].flatMap((line) => spelled(line) ?? [])
}

function spelled(line: string): Spelled | undefined {
  const call = /^(?:\$ |(?:[A-Z_]+=\S+ )*)(?:npx )?watchword ([^|>#;&→]+)/.exec(line.trim())?.[1]
  const tokens = call?.trim().split(/\s+/) ?? []
  const ownWord = tokens.findIndex((token) => !/^[a-z][a-z-]*$/.test(token))
  const words = ownWord < 0 ? tokens : tokens.slice(0, ownWord)
  if (words.length === 0) return undefined
  return { words, flags: tokens.flatMap((token) => /^(--[a-z][a-z-]+)/.exec(token)?.[1] ?? []) }
}

describe.each(pages)('the commands of %s', (page) => {
  it('are there, with the flags they are shown with', async () => {
    const missing: string[] = []
    for (const { words, flags } of commandsOn(page)) {
      const { code, stdout } = await runCommand(await rootRoutes(words[0]), [...words, '--help'])
      if (code !== 0) missing.push(words.join(' '))
      else missing.push(...flags.filter((flag) => !stdout.includes(flag)).map((flag) => `${words.join(' ')} ${flag}`))
    }
    expect(missing).toEqual([])
  })
})

it('are many', () => {
  expect(pages.flatMap(commandsOn).length).toBeGreaterThan(100)
})
