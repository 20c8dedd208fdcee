import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildRouteMap } from '@stricli/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { groupRoutes } from '../../../src/cli/admin/groups.ts'
import { peopleRoutes } from '../../../src/cli/admin/people.ts'
import { tokenRoutes } from '../../../src/cli/admin/tokens.ts'
import type { CliContext } from '../../../src/cli/context.ts'
import { runCommand } from '../../support/cli.ts'
import {
  caller,
  createStore,
  initialise,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../../support/server.ts'

const routes = buildRouteMap<string, CliContext>({
  routes: { people: peopleRoutes, groups: groupRoutes, tokens: tokenRoutes },
  docs: { brief: 'Administration' },
})

/** One server for the file, and two ways to administer it: by asking it, or on its store beside it. */
describe.each(['a running server', 'the store a server runs on'] as const)('watchword admin on %s', (place) => {
  let store: TestStore
  let server: TestServer
  let rootToken = ''

  beforeAll(async () => {
    store = createStore()
    rootToken = initialise(store).rootToken
    writeFileSync(join(store.folder, 'root.token'), `${rootToken}\n`)
    server = await startTestServer(store.variables)
  })
  afterAll(async () => {
    await server.stop()
    store.remove()
  })

  const run = (...args: string[]) =>
    runCommand(routes, [
      ...args,
      ...(place === 'a running server'
        ? ['--server', server.url, '--token-file', join(store.folder, 'root.token')]
        : ['--data-dir', store.folder]),
    ])
  const json = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run(...args, '--json')
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout)
  }
  /** What the server itself says, within the second in which it has to notice. */
  const told = async (path: string, expected: object, token = rootToken) => {
    await expect
      .poll(async () => {
        const { status, body } = await caller(server, token)('GET', path)
        return { status, ...body }
      })
      .toMatchObject(expected)
  }

  it('invites, shows, changes, disables, resets, lifts and deletes a person', async () => {
    const invited = await run('people', 'invite', 'grace', '--email', 'grace@example.com', '--role', 'auditor')
    expect(invited.stdout).toMatch(/^http:\/\/\S+\/setup#\S+\n$/)
    expect(invited.stderr).toContain('works once')
    const shown = await run('people', 'show', 'grace')
    expect(shown.stdout).toMatch(/^role: auditor$/m)
    expect(shown.stdout).toMatch(/^groups: everyone$/m)
    expect(await json('people', 'list', '--search', 'grace@')).toMatchObject({ items: [{ username: 'grace' }] })
    expect((await run('people', 'update', 'grace', '--display-name', 'Grace H', '--role', 'member')).code).toBe(0)
    expect(await json('people', 'update', 'grace', '--disable')).toMatchObject({ enabled: false, role: 'member' })
    await told('/v1/people/grace', { enabled: false, displayName: 'Grace H' })
    expect(await json('people', 'update', 'grace', '--enable')).toMatchObject({ enabled: true })
    expect(await json('people', 'reset', 'grace')).toMatchObject({ setupUrl: expect.stringContaining('/setup#') })
    expect((await run('people', 'lift', 'grace')).stderr).toBe('watchword: grace may try again.\n')
    expect((await run('people', 'delete', 'grace')).stderr).toBe('watchword: grace is deleted.\n')
    await told('/v1/people/grace', { status: 404 })
  })

  it('makes a group, puts people in and out, and deletes it with its grants', async () => {
    await run('people', 'invite', 'linus')
    expect((await run('groups', 'create', 'platform', '--may-add-accounts')).stdout).toMatch(
      /^platform {2}local {2}0 members {2}adds accounts\n$/,
    )
    expect((await run('groups', 'members', 'platform')).stderr).toContain('Nobody is in platform')
    expect((await run('groups', 'add', 'platform', 'linus')).code).toBe(0)
    expect((await run('groups', 'members', 'platform')).stdout).toBe('linus\n')
    await told('/v1/people/linus', { groups: [{ name: 'everyone' }, { name: 'platform' }] })
    expect(await json('groups', 'update', 'platform', '--name', 'core', '--role', 'auditor')).toMatchObject({
      name: 'core',
      role: 'auditor',
      memberCount: 1,
    })
    expect(await json('groups', 'list')).toMatchObject({ items: [{ name: 'core' }, { name: 'everyone' }] })
    expect((await run('groups', 'remove', 'core', 'linus')).stderr).toContain('no longer in core')
    expect((await run('groups', 'delete', 'core')).code).toBe(0)
    await told('/v1/groups', { items: [{ name: 'everyone' }] })
  })

  it('makes a service token that opens what it says at once, disables, enables and ends it', async () => {
    const made = (await json('tokens', 'create', 'shop', '--scope', 'audit', '--until', '2099-01-01')) as {
      id: string
      token: string
    }
    await told('/v1/audit?limit=1', { status: 200 }, made.token)
    expect((await run('tokens', 'list')).stdout).toContain(`${made.id}  shop  service  audit  until 2099-01-01`)
    expect((await run('tokens', 'disable', made.id)).stderr).toBe('watchword: The token is disabled.\n')
    await told('/v1/audit?limit=1', { status: 401 }, made.token)
    expect((await run('tokens', 'enable', made.id)).code).toBe(0)
    await told('/v1/audit?limit=1', { status: 200 }, made.token)
    expect((await run('tokens', 'delete', made.id)).code).toBe(0)
    await told('/v1/audit?limit=1', { status: 401 }, made.token)
    expect((await run('tokens', 'create', 'ci', '--scope', 'metrics')).stdout).toMatch(/^ww_\S+\n$/)
    const early = await run('tokens', 'create', 'soon', '--scope', 'verify:nope,reveal:nothing,verify:*')
    expect(early.stderr).toMatch(/verify:nope opens nothing yet.*\n.*reveal:nothing opens nothing yet/)
    expect(early.stderr).not.toContain('verify:* opens')
  })

  it('makes tokens for the gate, and says what they lack', async () => {
    const gate = ['--scope', 'gate:wiki', '--gate-host', 'Wiki.example.com,*.example.org', '--gate-method', 'get']
    const made = (await json('tokens', 'create', 'backup', ...gate, '--gate-two-factor')) as { id: string }
    expect(made).toMatchObject({
      gateLimits: { hosts: ['wiki.example.com', '*.example.org'], paths: ['/'], methods: ['GET'], twoFactor: true },
    })
    expect((await run('tokens', 'list')).stdout).toContain('gate:wiki  wiki.example.com,*.example.org / GET')
    for (const [args, sentence] of [
      [['--scope', 'gate:wiki'], '--gate-host'],
      [['--scope', 'audit', '--gate-host', 'a.example.com'], 'gate:app'],
      [['--scope', 'gate:wiki', '--gate-host', 'https://a.example.com/'], 'could never match'],
    ] as const) {
      const { code, stderr } = await run('tokens', 'create', 'x', ...args)
      expect([code, stderr]).toEqual([1, expect.stringContaining(sentence)])
    }
  })

  it('says what is wrong and ends with a failure, and keeps the last administrator', async () => {
    for (const [args, ended, sentence] of [
      [['people', 'show', 'nobody'], 3, 'There is no such person.'],
      [['groups', 'members', 'nothing'], 3, 'There is no such group.'],
      [['groups', 'delete', 'everyone'], 1, 'built in'],
      [['tokens', 'create', 'x', '--scope', 'nonsense'], 1, 'not known'],
      [['tokens', 'create', 'x', '--scope', 'audit', '--until', '2020-01-01'], 1, 'would end in the past'],
      [['people', 'delete', 'ada'], 1, 'nobody to administer'],
      [['people', 'invite', 'ADA'], 1, 'already'],
    ] as const) {
      const { code, stdout, stderr } = await run(...args)
      expect([code, stdout, stderr]).toEqual([ended, '', expect.stringContaining(sentence)])
    }
  })
})
