import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { startDouble } from '../../support/aws/double-server.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { describeWith } from '../../support/programs.ts'

const admin = roleArn('Admin')

describeWith(['gpg'], 'what can go wrong', () => {
  let home: AwsHome
  beforeAll(async () => {
    home = await makeAwsHome([admin])
    await home.init('--no-check')
    writeFileSync(home.credentialsPath, '[mine]\nregion = x\n')
    home.snapshot()
  })
  beforeEach(() => {
    home.restore()
    home.world.offer([admin])
  })
  afterAll(() => home.remove())

  /** Fails with one line on standard error, nothing on standard output, and the files as they were. */
  async function expectRefusal(exitCode: number, sentence: RegExp, ...words: string[]): Promise<void> {
    const before = readFileSync(home.credentialsPath)
    const settings = readFileSync(home.settingsPath)
    const { code, stdout, stderr } = await home.aws(...words)
    expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({
      code: exitCode,
      stdout: '',
      lines: 1,
    })
    expect(stderr).toMatch(sentence)
    expect(readFileSync(home.credentialsPath)).toEqual(before)
    expect(readFileSync(home.settingsPath)).toEqual(settings)
  }

  const process_ = ['credential-process', '--role-arn', admin]
  const org = () => home.world.okta.org
  const user = () => org().users[0] ?? expect.fail('the world has a user')

  it('a13 a wrong password: the code and text of Okta, exit code 2', async () => {
    user().password = 'another'
    await expectRefusal(
      2,
      /^watchword: Okta refused the sign-in: E0000004 - Authentication failed\. Check the user name/,
      ...process_,
    )
  })

  it('a13 a wrong code: the same, and no second one is tried by the next call either', async () => {
    home.writeSettings({ google_2fa_totp: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
    await home.aws(...process_)
    await expectRefusal(2, /E0000068 - Invalid Passcode\/Answer .* no second code was tried/, ...process_)
    expect(home.world.okta.count('/verify')).toBe(1)
  })

  it.each([
    ['a locked user', 'locked', /Okta has locked this user\. Unlock/],
    ['an expired password', 'passwordExpired', /The Okta password has expired\. Change it at http/],
    ['a user without a factor to use', 'enrol', /asks this user to enrol a second factor first/],
  ] as const)('%s', async (_what, state, sentence) => {
    org().showLockOut = true
    user().state = state
    await expectRefusal(2, sentence, ...process_)
  })

  it('no TOTP factor', async () => {
    user().factors = [{ id: 'sms1', factorType: 'sms', provider: 'OKTA', sentCode: '123456' }]
    await expectRefusal(
      1,
      /None of your Okta factors is a TOTP or a push\. Yours are: sms\. Choose one with watchword aws init --factor KIND/,
      ...process_,
    )
  })

  it('an HTML error page', async () => {
    org().broken = true
    await expectRefusal(1, /answered HTTP 503 with a page where the app's sign-in was expected/, ...process_)
  })

  it('an assertion with two providers', async () => {
    const two = `${admin},arn:aws:iam::123456789012:saml-provider/Other`
    for (const app of org().apps)
      app.content = { ...app.content, roles: [[two, 'arn:aws:iam::123456789012:saml-provider/Okta']] }
    await expectRefusal(1, /SAML assertion cannot be read: a role is not one role and one provider/, ...process_)
  })

  it('no network', async () => {
    const { origin, stop } = await startDouble(() => ({ status: 200, body: '' }))
    await stop()
    home.writeSettings({ sso_url: `${origin}/app` })
    await expectRefusal(1, /^watchword: No answer from 127\.0\.0\.1:\d+: .*ECONNREFUSED/, ...process_)
  })

  it('a clock five minutes off is learned from Okta, and harms nothing', async () => {
    for (const double of [home.world.okta, home.world.sts]) double.skewMs = 290_000
    await home.ok(...process_)
    expect(JSON.parse(await home.ok('status', '--json'))).toMatchObject({ clockOffsetSeconds: 290 })
  })

  it.each([
    ['a byte order mark', '\uFEFF[mine]\nregion = x\n', /byte order mark/],
    [
      'a second section of one name',
      '[mine]\nregion = x\n[mine]\n',
      /credentials:3 is not part of an AWS profile file: a second section \[mine\]/,
    ],
    [
      'another encoding, whose bytes a rewrite would lose',
      Buffer.from('# caf\u00e9\n[mine]\nregion = x\n', 'latin1'),
      /credentials: it is not UTF-8, .* save it as plain UTF-8\. Nothing was changed\./,
    ],
    ['a line of one word', '[mine]\nregion\n', /credentials:2 .* a line without "="/],
  ])('a credentials file with %s', async (_what, text, sentence) => {
    writeFileSync(home.credentialsPath, text)
    await expectRefusal(1, sentence, 'refresh')
  })

  it('secrets written by hand serve and stay where no store can be written', async () => {
    home.writeSettings({ password: home.world.password, google_2fa_totp: home.world.secretBase32 })
    const env = { ...home.env, WATCHWORD_GPG: '/no/such/gpg' }
    const { code, stderr } = await home.home.call(['aws', ...process_], { env })
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('stay there, because they could not be stored') as string,
    })
    expect(home.readSettings()).toMatchObject({ google_2fa_totp: home.world.secretBase32 })
  })

  it('no key of the settings that is not ours', async () => {
    const settings = readFileSync(home.settingsPath, 'utf8')
    writeFileSync(home.settingsPath, settings.replace('{', '{"unknown_key": 1,'))
    expect(JSON.parse(await home.ok('status', '--json'))).toMatchObject({ config: 'default' })
    writeFileSync(home.settingsPath, settings)
  })

  it('settings that are no JSON, without quoting them', async () => {
    writeFileSync(home.settingsPath, '{"password": "hunter2" oops')
    await expectRefusal(1, /settings\.json is not the JSON it should be: its JSON is broken\. Repair it/, ...process_)
  })

  it('no configuration at all', async () => {
    rmSync(home.settingsPath)
    const { code, stderr } = await home.aws(...process_)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'watchword: There is no configuration default yet. Run watchword aws init.\n',
    })
  })

  it('init keeps nothing of what Okta refuses', async () => {
    const settings = readFileSync(home.settingsPath)
    const store = home.home.decrypted()
    writeFileSync(`${home.home.path}/wrong`, 'not the password\n')
    const { code, stderr } = await home.aws(
      'init',
      '--sso-url',
      home.world.ssoUrl,
      '--region',
      'x',
      '--user-name',
      home.world.userName,
      '--password-file',
      `${home.home.path}/wrong`,
      '--totp-file',
      `${home.home.path}/secret`,
    )
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('E0000004') as string })
    expect(readFileSync(home.settingsPath)).toEqual(settings)
    expect(home.home.decrypted()).toBe(store)
  })

  it('a role whose longest session is shorter is taken for as long as it allows, and that is remembered', async () => {
    home.world.offer([admin], 7200)
    const seconds = async () => {
      const { Expiration } = JSON.parse(await home.ok(...process_)) as { Expiration: string }
      return (Date.parse(Expiration) - Date.now()) / 1000
    }
    expect(await seconds()).toBeGreaterThan(7000)
    const calls = home.world.sts.count('AssumeRoleWithSAML')
    rmSync(home.cachePath, { recursive: true })
    home.passStep()
    expect(await seconds()).toBeLessThan(7300)
    expect(home.world.sts.count('AssumeRoleWithSAML')).toBe(calls + 1)
  })

  it('b5 the length of session that the assertion names is asked for, and not more', async () => {
    home.world.offer([admin])
    for (const app of org().apps) app.content = { ...app.content, sessionDurationSeconds: 1800 }
    const { Expiration } = JSON.parse(await home.ok(...process_)) as { Expiration: string }
    expect((Date.parse(Expiration) - Date.now()) / 1000).toBeLessThan(1801)
    expect(home.world.sts.count('AssumeRoleWithSAML')).toBe(1)
    for (const app of org().apps) {
      const { sessionDurationSeconds: _length, ...content } = app.content
      app.content = content
    }
  })

  it('b11 an assertion that AWS finds too old is replaced once, with the session that is there', async () => {
    home.world.accounts.refuseNext = {
      code: 'ExpiredTokenException',
      text: 'Token must be redeemed within 5 minutes of issuance',
      status: 400,
      times: 1,
    }
    await home.ok(...process_)
    expect(home.world.okta.count('/verify')).toBe(1)
    expect(home.world.sts.count('AssumeRoleWithSAML')).toBe(2)
  })
})
