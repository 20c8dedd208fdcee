import { chmodSync, lstatSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { init } from '../../../src/cli/aws/commands/init.ts'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { fakeTerminal } from '../../support/aws/fake-terminal.ts'
import { describeWith } from '../../support/programs.ts'
import { drawQrPng } from '../../../src/qr/draw.ts'

describeWith(['gpg'], 'watchword aws init', () => {
  let home: AwsHome
  beforeAll(async () => {
    home = await makeAwsHome()
  })
  beforeEach(() => home.passStep())
  afterAll(() => home.remove())

  it("a1 asks the original's questions in their order, shows no secret, and takes ap-southeast-2 for an empty region", async () => {
    const { ssoUrl, userName, password, secretBase32 } = home.world
    const terminal = fakeTerminal(home.env, [ssoUrl, '', userName, password, secretBase32])
    await init.call(terminal.context, { check: true })
    expect(terminal.questions.map(({ text }) => text)).toEqual([
      'Okta app SSO URL: ',
      'AWS region [ap-southeast-2]: ',
      'Okta user name (email): ',
      'Okta password (Enter keeps the stored one): ',
      'TOTP secret: Base32, otpauth URI or path of a QR image (Enter keeps): ',
    ])
    expect(terminal.questions.map(({ echo }) => echo ?? false)).toEqual([true, true, true, false, false])
    expect(terminal.said).toContain('Signed in. Okta offers 1 role.')
    expect(terminal.said.join(' ')).toMatch(/Scan the QR code with your phone as well, before you confirm at Okta/)
    expect(home.readSettings()).toMatchObject({
      sso_url: ssoUrl,
      region: 'ap-southeast-2',
      user_name: userName,
      password: '',
    })
  })

  it('a1 a second run shows the present values, never secrets, and Enter keeps them', async () => {
    const before = home.readSettings()
    const terminal = fakeTerminal(home.env, ['', 'eu-west-1', '', '', ''])
    await init.call(terminal.context, { check: true })
    const { ssoUrl, userName, password, secretBase32 } = home.world
    const shown = terminal.questions.map(({ text }) => text).join('\n')
    expect(shown).toContain(`[${ssoUrl}]`)
    expect(shown).toContain(`[${userName}]`)
    expect(shown + terminal.said.join()).not.toMatch(new RegExp(`${password}|${secretBase32}`))
    expect(home.readSettings()).toEqual({ ...before, region: 'eu-west-1' })
  })

  it('takes the secret as an otpauth URI, or from the image of a QR code', async () => {
    const uri = `otpauth://totp/Okta:mara?secret=${home.world.secretBase32}&issuer=Okta`
    const image = join(home.home.path, 'qr.png')
    writeFileSync(image, drawQrPng(uri))
    for (const answer of [uri, image]) {
      home.passStep()
      const terminal = fakeTerminal(home.env, ['', '', '', '', answer])
      await init.call(terminal.context, { check: true })
      expect(terminal.said).toContain('Signed in. Okta offers 1 role.')
    }
  })

  it('keeps several configurations apart, one of which may inherit from another', async () => {
    const terminal = fakeTerminal(home.env, ['', 'us-east-1', 'second@example.com', '', ''])
    await init.call(terminal.context, { check: false, config: 'second', inherits: 'default', factor: 'push' })
    expect(JSON.parse(await home.ok('status', '--json', '--config', 'second'))).toMatchObject({
      config: 'second',
      ssoUrl: home.world.ssoUrl,
      userName: 'second@example.com',
    })
    expect(home.readSettings()).toMatchObject({ user_name: home.world.userName })
  })

  it('goes on after a refused password as soon as another one is given', async () => {
    const { ssoUrl, userName, password } = home.world
    const place = { check: true, config: 'mistyped', ssoUrl, region: 'eu-west-1', userName }
    const file = (name: string, text: string) => {
      const path = join(home.home.path, name)
      writeFileSync(path, text)
      return path
    }
    const wrong = init.call(fakeTerminal(home.env, []).context, {
      ...place,
      passwordFile: file('wrong', 'not it'),
      totpFile: file('totp', home.world.secretBase32),
    })
    await expect(wrong).rejects.toThrow(/E0000004/)
    home.passStep()
    const terminal = fakeTerminal(home.env, [])
    await init.call(terminal.context, {
      ...place,
      passwordFile: file('right', password),
      totpFile: file('totp', home.world.secretBase32),
    })
    expect(terminal.said).toContain('Signed in. Okta offers 1 role.')
  })

  it('settings behind a link stay there, for their owner only', async () => {
    const kept = join(home.home.path, 'dotfiles-settings.json')
    renameSync(home.settingsPath, kept)
    chmodSync(kept, 0o644)
    symlinkSync(kept, home.settingsPath)
    const before = JSON.parse(readFileSync(kept, 'utf8')) as object
    await init.call(fakeTerminal(home.env, ['', 'eu-north-1', '', '', '']).context, { check: false })
    expect(lstatSync(home.settingsPath).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({ ...before, region: 'eu-north-1' })
    expect(statSync(kept).mode & 0o777).toBe(0o600)
  })

  it('puts settings aside that it cannot read, and asks anew', async () => {
    const path = home.settingsPath
    const before = readFileSync(path)
    writeFileSync(path, '{"password": "hunter2" oops')
    const { ssoUrl, userName, password, secretBase32 } = home.world
    const terminal = fakeTerminal(home.env, [ssoUrl, '', userName, password, secretBase32])
    await init.call(terminal.context, { check: true })
    expect(terminal.said.join('\n')).toContain(`kept as ${path}.bak`)
    expect(readFileSync(`${path}.bak`, 'utf8')).toContain('oops')
    expect(home.readSettings()).toMatchObject({ sso_url: ssoUrl, password: '' })
    writeFileSync(path, before)
  })

  it.each([
    ['a region that would become lines of another section', ['', 'eu\n[evil]'], /--region must be a region/],
    ['an address without https', ['http://company.okta.com/app'], /is not https/],
    ['a secret that is not Base32', ['', '', '', '', 'JBSWY3DPEHPK3PX1'], /not Base32/],
  ])('refuses %s at once', async (_what, answers, sentence) => {
    const before = home.readSettings()
    await expect(init.call(fakeTerminal(home.env, answers).context, { check: true })).rejects.toThrow(sentence)
    expect(home.readSettings()).toEqual(before)
  })
})
