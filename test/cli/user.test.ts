import { readdirSync, readFileSync } from 'node:fs'
import type * as Os from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { agentPaths } from '../../src/cli/agent/paths.ts'
import { userName } from '../../src/cli/user.ts'

/** Whether the system's list of users has whoever runs this: in containers, numbers are given at will. */
let isListed = true

vi.mock('node:os', async (original) => {
  const os = await original<typeof Os>()
  const whenListed = <T>(ask: () => T) => {
    if (!isListed) throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT')
    return ask()
  }
  return { ...os, userInfo: () => whenListed(os.userInfo), homedir: () => whenListed(os.homedir) }
})

describe('a user whom the system does not list', () => {
  beforeEach(() => {
    isListed = false
    return () => void (isListed = true)
  })

  it('is called by number', () => {
    expect(userName()).toBe(`uid ${process.getuid?.()}`)
  })

  it('keeps files where HOME says, and is asked to say it', () => {
    expect(agentPaths({ HOME: '/srv/robot' }).config).toBe('/srv/robot/.config/watchword')
    expect(() => agentPaths({})).toThrow(expect.objectContaining({ code: 'home_unknown' }))
  })
})

it('commands ask nobody else for user and home', () => {
  const cli = join(import.meta.dirname, '../../src/cli')
  const files = (readdirSync(cli, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts'))
  const asking = files.filter((name) => /\b(userInfo|homedir)\(\)/.test(readFileSync(join(cli, name), 'utf8')))
  // The two programs guard themselves: they load as little as they can before the first code is out.
  expect(asking.toSorted()).toEqual(['main.ts', 'okta-aws-cred-helper.ts', 'user.ts'])
})
