import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemFailure } from '../../src/cli/system-error.ts'
import { createStore, initialise, runCommand, type TestStore } from '../support/server.ts'

function readyStore(): TestStore {
  const store = createStore()
  onTestFinished(() => store.remove())
  initialise(store)
  return store
}

describe('what the operating system refuses', () => {
  it('is told in a sentence that names the place and what to do', () => {
    const { variables, folder } = readyStore()
    mkdirSync(join(folder, 'a-folder'))
    writeFileSync(join(folder, 'a-file'), '')
    const refused: [string[], RegExp][] = [
      [['backup', 'create', '/nope/x'], /\/nope\/x is not there/],
      [['backup', 'create', join(folder, 'a-file/x')], /leads through a file/],
      [['audit', 'export', '--output', '/nope/x'], /\/nope\/x is not there/],
      [['restore', join(folder, 'a-folder')], /is a folder, where a file is wanted/],
      [['audit', 'verify', join(folder, 'a-folder')], /is a folder, where a file is wanted/],
      [['keys', 'rotate', '--root', '--new-root-key-file', '/nope'], /\/nope is not there/],
      [['init', '--admin', 'eve', '--passphrase-file', '/nope'], /\/nope cannot be read. Check/],
    ]
    for (const [command, sentence] of refused) {
      const { status, stderr } = runCommand(command, variables)
      expect([command, status, stderr]).toEqual([command, 1, expect.stringMatching(sentence)])
      expect(stderr).not.toContain('WATCHWORD_DEBUG')
    }
  })

  it('is known by its code, and other errors are left alone', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', path: '/data/x' })
    expect(systemFailure(full)).toMatchObject({ code: 'disk_full', message: expect.stringContaining('/data/x') })
    // Of an output that was redirected there is no path.
    const output = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    })
    expect(systemFailure(output)?.message).toMatch(/^The output cannot be written: the disk is full\. /)
    expect(systemFailure(new Error('else'))).toBeNull()
    expect(systemFailure(Object.assign(new Error('else'), { code: 'ERR_OTHER' }))).toBeNull()
    expect(systemFailure(undefined)).toBeNull()
  })
})
