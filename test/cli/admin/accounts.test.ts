import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { accountRoutes } from '../../../src/cli/admin/accounts.ts'
import { beginStore } from '../../support/begin-store.ts'
import { runCommand } from '../../support/cli.ts'

const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const uri = `otpauth://totp/AWS:root@example.com?secret=${secretBase32}&issuer=AWS`

async function store() {
  const dataDir = mkdtempSync(join(tmpdir(), 'watchword-cli-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  await beginStore(dataDir)
  const call = (args: string[], input?: string) =>
    runCommand(accountRoutes, [...args, '--data-dir', dataDir], input === undefined ? {} : { input })
  return { dataDir, call }
}

describe('watchword admin accounts', () => {
  it('adds from standard input, shares, deletes and restores an account of the store itself', async () => {
    const { call } = await store()
    const added = await call(['add', '--secret-file', '-', '--reveal', 'everyone', '--tag', 'prod,aws'], uri)
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect(added.stdout).toMatch(/^\S+ {2}AWS \(root@example.com\)\n$/)

    const listed = await call(['list', '--tag', 'prod', '--json'])
    const { items } = JSON.parse(listed.stdout) as { items: { id: string; label: string }[] }
    expect(items).toMatchObject([{ label: 'AWS (root@example.com)' }])
    const id = items[0]?.id ?? ''

    const label = 'AWS (root@example.com)'
    expect((await call(['grants', label])).stdout).toMatch(/^\S+ {2}reveal {2}everyone\n$/)
    expect((await call(['grant', label, '--to', 'everyone', '--right', 'manage'])).code).toBe(0)
    expect((await call(['delete', label])).stderr).toContain('is deleted')
    expect((await call(['list'])).stderr).toBe('watchword: There are no such accounts.\n')
    expect((await call(['restore', id])).code).toBe(0)
    expect((await call(['custody', id])).stdout).toMatch(/uploaded/)
    for (const { stdout, stderr } of [added, listed]) expect(stdout + stderr).not.toContain(secretBase32)
  })

  it('replaces a secret and takes the old one back', async () => {
    const { call, dataDir } = await store()
    await call(['add', '--secret-file', '-'], uri)
    const file = join(dataDir, 'new-secret')
    writeFileSync(file, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n')
    const label = 'AWS (root@example.com)'
    expect((await call(['replace', label, '--secret-file', file, '--proof-code', '000000'])).code).toBe(1)
    expect((await call(['replace', label, '--secret-file', file])).code).toBe(0)
    expect((await call(['undo-replace', label])).code).toBe(0)
  })

  it('changes what is said of an account and what it asks of people, and leaves the rest', async () => {
    const { call } = await store()
    await call(['add', '--secret-file', '-', '--label', 'Payroll', '--note', 'ask Eva'], uri)
    const strict = ['--step-up', 'sign-on', '--amr', 'hwk,pin', '--max-age', '600', '--marked', '--tag', 'prod']
    const changed = await call(['update', 'Payroll', ...strict, '--json'])
    const signOnDemand = { acrValues: [], amr: ['hwk', 'pin'], maxAgeSeconds: 600 }
    expect(JSON.parse(changed.stdout)).toMatchObject({ stepUp: 'sign-on', signOnDemand, marked: true, note: 'ask Eva' })
    expect((await call(['show', 'Payroll'])).stdout).toMatch(/^signOnDemand: .*hwk.*600/m)
    expect((await call(['update', 'Payroll', '--lease', 'exclusive', '--no-marked'])).code).toBe(0)
    expect(JSON.parse((await call(['show', 'Payroll', '--json'])).stdout)).toMatchObject({
      lease: 'exclusive',
      marked: false,
      signOnDemand,
    })
    const wrong = await call(['update', 'Payroll', '--step-up', 'recent', '--acr', 'high'])
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('needs the step-up sign-on') })
  })

  it('says what is wrong and ends with a failure', async () => {
    const { call } = await store()
    expect(await call(['show', 'nothing'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such account'),
    })
    expect((await call(['add', '--secret-file', '-', '--reveal', 'platform'], uri)).stderr).toContain('Write everyone')
    expect((await call(['add', '--secret-file', '/no/such/file'])).stderr).toContain('cannot be read')
    expect((await call(['add', '--secret-file', '-', '--label', 'x'], 'not base32!')).stderr).toContain('not Base32')
    await call(['add', '--secret-file', '-'], uri)
    await call(['add', '--secret-file', '-', '--allow-duplicate'], uri)
    expect((await call(['show', 'AWS (root@example.com)'])).stderr).toContain('2 accounts have this label')
    expect((await call(['code', 'AWS (root@example.com)'])).code).toBe(1)
  })
})
