import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildRouteMap } from '@stricli/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { accountRoutes } from '../../../src/cli/admin/accounts.ts'
import { importTotpshareCommand } from '../../../src/cli/admin/import-totpshare.ts'
import type { CliContext } from '../../../src/cli/context.ts'
import { openStorage } from '../../../src/server/database/open.ts'
import { isMistake, knownDefaultKey, openFolderFile } from '../../../src/server/compat/totpshare/folder-file.ts'
import { canaryOf, filesBelow, leaks } from '../../support/canary.ts'
import { runCommand } from '../../support/cli.ts'
import { sealForTotpshare } from '../../support/totpshare-file.ts'

const routes = buildRouteMap<string, CliContext>({
  routes: { totpshare: importTotpshareCommand, accounts: accountRoutes },
  docs: { brief: 'test' },
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('watchword admin import totpshare', () => {
  it('reports a dry run, imports, adds up, and changes nothing the second time', async () => {
    const [dataDir, folder] = [temporaryFolder(), temporaryFolder()]
    const name = '313233343536373839303132.50726f642072c3a46b736dc3b67267c3a573'
    writeFileSync(join(folder, name), 'thnhYZFNfFKJl7KujlU2LSXrD6VJP+rV0JY0ARTlXT1sGqDLf1g1Z5TidZajjmCq')
    writeFileSync(join(folder, 'notes.txt'), 'nothing')
    const keyFile = join(dataDir, 'enckey')
    writeFileSync(keyFile, 'test key 1\n')
    const call = (...args: string[]) =>
      runCommand(routes, ['totpshare', folder, '--key-file', keyFile, '--data-dir', dataDir, '--json', ...args])

    const dry = await call('--dry-run')
    expect(dry.code).toBe(9)
    const expected = {
      total: 2,
      imported: [{ identifier: '123456789012', label: 'Prod räksmörgås' }],
      known: 0,
      refused: [{ fileName: 'notes.txt' }],
    }
    expect(JSON.parse(dry.stdout)).toMatchObject(expected)
    expect(JSON.parse((await call()).stdout)).toMatchObject(expected)
    expect(JSON.parse((await call()).stdout)).toMatchObject({ total: 2, imported: [], known: 1 })
    const listed = await runCommand(routes, ['accounts', 'list', '--json', '--data-dir', dataDir])
    expect(JSON.parse(listed.stdout)).toMatchObject({ items: [{ identifier: '123456789012' }] })
  })

  it('names whatever is no regular file, and prints no sign that a terminal obeys', async () => {
    const [dataDir, folder] = [temporaryFolder(), temporaryFolder()]
    mkdirSync(join(folder, 'more'))
    symlinkSync(join(folder, 'nowhere'), join(folder, '61.62'))
    writeFileSync(join(folder, 'ring\u0007'), '')
    writeFileSync(join(folder, '38.63746c0a0778'), '')
    const report = await runCommand(routes, ['totpshare', folder, '--data-dir', dataDir])
    expect(report).toMatchObject({ code: 9, stderr: expect.stringContaining('4 files: 0 imported, 0 known before, 4') })
    expect(report.stdout.trimEnd().split('\n').toSorted()).toEqual([
      'refused\t38.63746c0a0778\tits id or name holds control characters',
      'refused\t61.62\tit is no regular file',
      'refused\tmore\tit is no regular file',
      'refused\tring\\u0007\tits name is not two hexadecimal words with a dot between',
    ])
  })

  it('T69 relaxed: opens a folder sealed with the default key everybody knows, with a warning, and seals nothing with it', async () => {
    const [dataDir, folder] = [temporaryFolder(), temporaryFolder()]
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    writeFileSync(join(folder, '31.32'), sealForTotpshare(secret, knownDefaultKey))
    const imported = await runCommand(routes, ['totpshare', folder, '--data-dir', dataDir, '--json'])
    expect(JSON.parse(imported.stdout)).toMatchObject({ imported: [{ identifier: '1', label: '2' }] })
    expect(imported.stderr + imported.stdout).toContain('the default key everybody knows')
    expect(leaks([canaryOf(secret)], filesBelow(dataDir))).toEqual([])
    const kept = await openStorage({ dataDir, clock: { nowMs: () => Date.now() } })
    const rows = await kept.db.selectFrom('account').select('sealed_secret').execute()
    await kept.close()
    expect(rows).toHaveLength(1)
    const content = Buffer.from(rows[0]?.sealed_secret ?? '')
    expect(isMistake(openFolderFile('31.32', Buffer.from(content.toString('base64')), knownDefaultKey))).toBe(true)
  })

  it('refuses a wrong key once, before anything is written, and one damaged file alone stops nothing', async () => {
    const [dataDir, folder] = [temporaryFolder(), temporaryFolder()]
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    for (const name of ['31.32', '33.34']) writeFileSync(join(folder, name), sealForTotpshare(secret, 'right'))
    const keyFile = join(dataDir, 'enckey')
    const call = (key: string) => {
      writeFileSync(keyFile, key)
      return runCommand(routes, ['totpshare', folder, '--key-file', keyFile, '--data-dir', dataDir])
    }
    const wrong = await call('wrong')
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('opens with this key') })
    expect(await call('right')).toMatchObject({ code: 0, stderr: expect.stringContaining('2 imported') })
    expect(await call('wrong')).toMatchObject({ code: 0, stderr: expect.stringContaining('2 known before') })
    writeFileSync(join(folder, '35.36'), 'AAAA')
    const damaged = await call('right')
    expect(damaged).toMatchObject({ code: 9, stdout: 'refused\t35.36\tit does not open with this key\n' })
  })

  it('says when folder or key cannot be read', async () => {
    const dataDir = temporaryFolder()
    const missing = await runCommand(routes, ['totpshare', '/no/such/folder', '--data-dir', dataDir])
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The folder /no/such/folder of totpshare cannot be read'),
    })
    const keyless = await runCommand(routes, ['totpshare', dataDir, '--key-file', '/no/key', '--data-dir', dataDir])
    expect(keyless).toMatchObject({ code: 1, stderr: expect.stringContaining('/no/key') })
  })
})
