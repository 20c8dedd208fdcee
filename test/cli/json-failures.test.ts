import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toldFailure } from '../../src/cli/told-failure.ts'
import { Refusal } from '../../src/client/failures.ts'
import { runCommand } from '../support/server.ts'

/** Runs a command in an empty home. */
function failing(...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'ww-json-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { status, stdout, stderr } = runCommand(args, { HOME: folder, WATCHWORD_DATA_DIR: folder })
  return { status, stdout, stderr }
}

describe('with --json a failure', () => {
  it.each([
    ['an unknown command', ['admni', '--json'], 2, 'usage'],
    ['an unknown flag', ['list', '--colour', '--json'], 2, 'usage'],
    ['a command that has no --json', ['serve', '--json'], 2, 'usage'],
    ['no account of that name', ['get', 'nope', '--json'], 3, 'agent_store_empty'],
    ['no database', ['admin', 'people', 'list', '--json'], 1, 'database_missing'],
    ['the old client, told otherwise without it', ['service', 'list', '--json=yes'], 1, 'client_environment_missing'],
  ])('is one object on standard error, with the exit code as ever: %s', (_what, args, status, code) => {
    const told = failing(...args)
    expect([told.status, told.stdout, told.stderr.trimEnd().split('\n').length]).toEqual([status, '', 1])
    expect(JSON.parse(told.stderr)).toEqual({ code, message: expect.stringMatching(/\w/) })
  })

  it('is still one object where several flags are missing', () => {
    const told = JSON.parse(failing('service', 'verify', '--json').stderr) as object
    expect(told).toEqual({ code: 'usage', message: expect.stringMatching(/--name[^]*--realm/) })
  })

  it('bears the name that the server gave it, where a server refused', () => {
    const refusal = new Refusal({
      type: 'about:blank',
      title: 'No such person.',
      status: 404,
      code: 'person_not_found',
    })
    expect(toldFailure(refusal)).toEqual({ code: 'person_not_found', message: 'No such person.' })
  })
})

it('without --json a failure is a sentence, also where the word is meant for another program or says no', () => {
  for (const args of [['nope'], ['nope', '--', '--json'], ['nope', '--json=no']]) {
    expect(failing('get', ...args).stderr).toMatch(/^watchword: /)
  }
})
