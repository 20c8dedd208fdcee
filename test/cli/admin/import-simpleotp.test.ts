import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildRouteMap } from '@stricli/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { importSimpleotpCommand } from '../../../src/cli/admin/import-simpleotp.ts'
import { peopleRoutes } from '../../../src/cli/admin/people.ts'
import type { CliContext } from '../../../src/cli/context.ts'
import { secretRoutes } from '../../../src/cli/secret/commands.ts'
import { runCommand } from '../../support/cli.ts'

const routes = buildRouteMap<string, CliContext>({
  routes: {
    simpleotp: importSimpleotpCommand,
    people: peopleRoutes,
    secret: secretRoutes,
  },
  docs: { brief: 'test' },
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('watchword admin import simpleotp', () => {
  it('reports a dry run, imports, and leaves a second run nothing to do', async () => {
    const [dataDir, folder] = [temporaryFolder(), temporaryFolder()]
    writeFileSync(join(folder, '.salt_alice'), '4X5qqyP2NgXRHYoVo+EM8avuFArxvInsQ3nvwI0WEyA=')
    writeFileSync(join(folder, '.password_alice_secret'), 'cvPAHkqmTxhV+YH3WFtrV7r1xy1WYnRO00mbOI10cok=')
    writeFileSync(join(folder, '.totp_alice_secret'), 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')
    writeFileSync(join(folder, '.salt_bob'), '4X5qqyP2NgXRHYoVo+EM8avuFArxvInsQ3nvwI0WEyA=')
    const call = (...args: string[]) => runCommand(routes, ['simpleotp', folder, '--data-dir', dataDir, ...args])

    const dry = await call('--dry-run')
    expect([dry.code, dry.stdout]).toEqual([9, 'new\talice\nrefused\tbob\tits password hash has not 32 bytes\n'])
    const done = await call('--json')
    expect(JSON.parse(done.stdout)).toMatchObject({ imported: ['alice'], refused: [{ username: 'bob' }] })
    expect(done.stdout + done.stderr).not.toContain('JBSWY3DP')
    expect(JSON.parse((await call('--json')).stdout)).toMatchObject({ imported: [], known: ['alice'] })
    const people = await runCommand(routes, ['people', 'list', '--data-dir', dataDir, '--json'])
    expect(people.stdout).toContain('alice')
  })
})

describe('watchword secret new', () => {
  it('D2.16 prints 32 Base32 characters alone, others each time', async () => {
    const [one, other] = [await runCommand(routes, ['secret', 'new']), await runCommand(routes, ['secret', 'new'])]
    expect(one.stdout).toMatch(/^[A-Z2-7]{32}\n$/)
    expect(one.stdout).not.toBe(other.stdout)
    expect(one.stderr).toBe('')
  })
})
