import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describeWith(['gpg', 'oathtool'], 'simpleotp’s command line', () => {
  let home: AgentHome

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['--command', 'add', '--name', 'gh'], { input: `secret\n${secret}\n` })
  })
  afterAll(() => home.remove())

  it('add asks for the mode, then for the secret, and says that it is saved', async () => {
    const options = 'digits=8,digest=sha256,interval=60,name=None,issuer=None'
    const said = await home.run(['--command', 'add', '--name', 'gh8', '--options', options], {
      input: `secret\n${secret}\n`,
    })
    expect(said).toBe('OTP SECRET SAVE OK gh8\n')
    const [code, expected] = await sameMoment(
      async () => (await home.run(['--command', 'get', '--name', 'gh8', '--mode', 'raw'])).trim(),
      () => oathtool('--totp=sha256', '--digits=8', '--time-step-size=60s'),
    )
    expect(code).toBe(expected)
  })

  it('add reads a QR code, with its digits, period and issuer', async () => {
    const picture = join(home.path, 'code.png')
    await home.run(['qr', 'gh8', '--yes', '--png', picture])
    expect(await home.run(['--command=add', '--name=scanned'], { input: `qrcode\n${picture}\n` })).toBe(
      'OTP SECRET SAVE OK scanned\n',
    )
    expect(JSON.parse(await home.run(['show', 'scanned', '--json']))).toMatchObject({ digits: 8, periodSeconds: 60 })
    await home.run(['rm', 'scanned', '--yes'])
  })

  it('another mode is refused in its words', async () => {
    const finished = await home.call(['--command', 'add', '--name', 'x'], { input: 'photo\n' })
    expect(finished.code).toBe(2)
    expect(finished.stderr).toContain("wrong mode should be 'secret' or 'qrcode'")
  })

  it('list is the default command, and JSON the default mode', async () => {
    expect(JSON.parse(await home.run(['--mode', 'json']))).toEqual(['gh', 'gh8'])
    expect(await home.run(['--command', 'list', '--mode', 'raw'])).toBe('gh\ngh8\n')
  })

  it('get prints real JSON with token and timeleft', async () => {
    const { token, timeleft } = JSON.parse(await home.run(['--command', 'get', '--name', 'gh'])) as {
      token: string
      timeleft: number
    }
    expect(token).toMatch(/^\d{6}$/)
    expect(timeleft).toBeGreaterThan(0)
    expect(timeleft).toBeLessThanOrEqual(30)
  })

  it('get --mode raw prints the code in the last line', async () => {
    const [line, expected] = await sameMoment(
      async () => (await home.run(['--command', 'get', '--name', 'gh', '--mode', 'raw'])).trimEnd().split('\n').at(-1),
      () => oathtool('--totp'),
    )
    expect(line).toBe(expected)
  })

  it('an unknown name is OTP not found, with exit code 3', async () => {
    const finished = await home.call(['--command', 'get', '--name', 'nothing'])
    expect(finished).toMatchObject({ code: 3, stdout: '' })
    expect(finished.stderr).toContain('OTP not found')
  })

  it('an unknown command, a missing name and an unknown mode are usage errors', async () => {
    expect((await home.call(['--command', 'delete'])).code).toBe(2)
    expect((await home.call(['--command', 'get'])).code).toBe(2)
    expect((await home.call(['--mode', 'xml'])).code).toBe(2)
  })

  it('--help shows the commands and the spelling with its defaults', async () => {
    const help = await home.run(['--help'])
    for (const text of [
      'list',
      'get',
      'add',
      '--command',
      '--name',
      '--mode',
      'digits=6,digest=None,name=None,issuer=None,interval=30',
    ]) {
      expect(help).toContain(text)
    }
  })

  it('its store is imported, never written', async () => {
    const folder = join(home.path, 'totp')
    mkdirSync(folder)
    writeSealed(home, join(folder, '.totp_old_secret'), 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')
    writeFileSync(join(folder, '.totp_old_options'), 'digits=8,digest=sha256,name=None,issuer=Bank,interval=60')
    writeFileSync(join(folder, '.totp_alice_secret'), `${secret}\n`)
    writeFileSync(join(folder, '.totp_secret_totplast'), '123456')
    writeFileSync(join(folder, '.totp_empty_secret'), '')
    const before = readdirSync(folder)
    const told = JSON.parse(await home.run(['import', folder, '--yes', '--json'])) as object
    expect(told).toMatchObject({ imported: true, total: 3, new: 1, skipped: 2, refused: 0 })
    expect(JSON.parse(await home.run(['show', 'Bank:old', '--json']))).toMatchObject({
      digits: 8,
      algorithm: 'SHA256',
      periodSeconds: 60,
    })
    expect(readdirSync(folder)).toEqual(before)
  })
})

function oathtool(...args: string[]): string {
  return execFileSync('oathtool', [...args, '--base32', secret])
    .toString()
    .trim()
}

/** Two answers of one moment: asked again when a period ended between them. */
async function sameMoment<T>(ours: () => Promise<T>, theirs: () => string): Promise<[T, string]> {
  for (;;) {
    const before = theirs()
    const answer = await ours()
    if (theirs() === before) return [answer, before]
  }
}

function writeSealed(home: AgentHome, path: string, text: string): void {
  const plain = join(home.path, 'plain')
  writeFileSync(plain, text)
  home.gpg('--armor', '--trust-model', 'always', '-r', 'me@local', '-o', path, '--encrypt', plain)
}
