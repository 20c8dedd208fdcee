import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { adapted, commandsIn, openShell } from '../support/guide.ts'
import { describeWith } from '../support/programs.ts'
import { passphrase } from '../support/server.ts'

// What operators type, pasted from the pages that tell them to.
describeWith(['openssl'], 'the pages for operators, pasted', () => {
  it('begin a store, rehearse its backup, rotate its keys and keep its audit', () => {
    const shell = openShell()
    const place = join(shell.folder, 'data')
    writeFileSync(join(shell.folder, 'p'), passphrase)
    const paste = (commands: string, places: Readonly<Record<string, string>> = {}) => {
      const pasted = shell.paste(adapted(commands, places), { WATCHWORD_DATA_DIR: place })
      expect([commands, pasted.status, pasted.stderr]).toEqual([commands, 0, pasted.stderr])
      return pasted
    }
    const [, init = '', doctor = ''] = commandsIn('admin.md', 'First start')
    expect(JSON.parse(paste(init, { '/var/lib/watchword': place }).stdout)).toHaveProperty('admin.recoveryCodes')
    expect(paste(doctor, { '/var/lib/watchword': place }).stdout).toMatch(/^ok +audit chain/m)

    const [backup = ''] = commandsIn('admin.md', 'Backup')
    const today = '$(date +%F)'
    const key = `WATCHWORD_ROOT_KEY_FILE=${place}/watchword.key`
    const kept = paste(backup, {
      '/var/lib/watchword': place,
      '2026-11-21': today,
      'WATCHWORD_ROOT_KEY_FILE=watchword.key': key,
    })
    expect(kept.stdout).toMatch(/^Passed: 1 codes[^]*^Restored/m)

    const [rotate = '', given = ''] = commandsIn('keys.md', 'Rotating')
    expect(paste(rotate).stdout).toMatch(/sealed \d+ values? anew[^]*The root key is now/)
    expect(paste(given).stdout).toContain('The root key is now')
    expect(statSync(join(shell.folder, 'new.key')).mode & 0o077).toBe(0)

    const [audit = ''] = commandsIn('audit.md')
    const publicKey = '4h3I9TB1/k8inK0Ha1PdAVTNOmLyX7g0czaa6OOssHE='
    const ours = /signed by the key (\S+);/.exec(paste('watchword audit export --jsonl').stderr)?.[1] ?? ''
    expect(paste(audit, { [publicKey]: ours }).stdout).toMatch(/Removed 0 events\.$/m)
    expect(existsSync(join(shell.folder, 'audit.jsonl'))).toBe(true)
  })
})
