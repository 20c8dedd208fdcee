import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { awsCli, callAwsCli, callJsSdk, runFile } from '../../support/aws/real-clients.ts'
import { describeWith } from '../../support/programs.ts'

const oldProgram = fileURLToPath(new URL('../../../src/cli/okta-aws-cred-helper.ts', import.meta.url))
const admin = roleArn('Admin')
const reader = roleArn('Reader')

// Section 7 (a) of the protocol page: everything the program before this one has.
describeWith(['gpg', 'aws'], 'what the original does', () => {
  let home: AwsHome
  beforeAll(async () => {
    home = await makeAwsHome([admin, reader])
  })
  afterAll(() => home.remove())

  const old = (...words: string[]) => runFile(home.home.command[0] ?? '', [oldProgram, ...words], home.env)

  it('a2 keeps the five keys in an owner-only file in an owner-only folder; secrets are in the store', async () => {
    mkdirSync(join(home.home.path, '.aws', 'okta-aws'), { recursive: true, mode: 0o755 })
    await home.init()
    expect(Object.keys(home.readSettings())).toEqual(['sso_url', 'region', 'user_name', 'password', 'google_2fa_totp'])
    expect(home.readSettings()).toMatchObject({ password: '', google_2fa_totp: '', region: 'eu-central-1' })
    expect(statSync(home.settingsPath).mode & 0o777).toBe(0o600)
    expect(statSync(join(home.home.path, '.aws', 'okta-aws')).mode & 0o777).toBe(0o700)
    expect(home.home.decrypted()).toContain(home.world.secretBase32)
  })

  it('a3 writes one profile per role into the credentials file, and nothing the second time', async () => {
    writeFileSync(home.credentialsPath, '# mine\n[mine]\nregion = eu-west-1\n', { mode: 0o644 })
    await home.ok('refresh')
    const once = home.credentials()
    expect(once.startsWith('# mine\n[mine]\nregion = eu-west-1\n')).toBe(true)
    expect(once.match(/^\[okta-.*\]$/gm)).toEqual(['[okta-123456789012-Admin]', '[okta-123456789012-Reader]'])
    expect(once.match(/^(credential_process|region|x_watchword) = /gm)).toHaveLength(7)
    await home.ok('refresh')
    expect(home.credentials()).toBe(once)
    expect(statSync(home.credentialsPath).mode & 0o777).toBe(0o644)
  })

  it('a5 works at once with the real AWS CLI', async () => {
    const { code, stdout, stderr } = await callAwsCli(home, 'okta-123456789012-Admin')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ Arn: 'arn:aws:sts::123456789012:assumed-role/Admin/mara@example.com' })
  })

  it('a5 works with the AWS SDK for JavaScript, also as the source of a personal profile', async () => {
    expect(await callJsSdk(home, 'okta-123456789012-Reader')).toContain('assumed-role/Reader/')
    const chained = `[profile deploy]\nrole_arn = ${roleArn('Deploy')}\nsource_profile = okta-123456789012-Admin\nregion = eu-west-1\n`
    writeFileSync(home.configPath, chained)
    expect(await callJsSdk(home, 'deploy')).toContain('assumed-role/Deploy/')
  })

  it('a8 needs no network for cached credentials', async () => {
    const before = home.world.sts.log.length + home.world.okta.log.length
    const network = { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' }
    const { code } = await home.home.call(['aws', 'credential-process', '--role-arn', admin], {
      env: { ...home.env, ...network },
    })
    expect(code).toBe(0)
    expect(home.world.sts.log.length + home.world.okta.log.length).toBe(before)
  })

  it('a10 uses the Okta session again: two roles cost one password and one code', () => {
    expect(home.world.okta.log.filter((line) => line === 'POST /api/v1/authn')).toHaveLength(1)
    expect(home.world.okta.count('/verify')).toBe(1)
  })

  it('a7 the next call succeeds after the cache is gone or damaged, with no question asked', async () => {
    home.passStep()
    rmSync(home.cachePath, { recursive: true })
    expect((await callAwsCli(home, 'okta-123456789012-Admin')).code).toBe(0)
    home.passStep()
    execFileSync('sh', ['-c', `for f in "${home.cachePath}"/*; do echo broken > "$f"; done`])
    expect((await callAwsCli(home, 'okta-123456789012-Admin')).code).toBe(0)
  })

  it('a6 after a change of rights, refresh adds the new role and prunes the lost one', async () => {
    home.world.offer([reader, roleArn('New')])
    await home.ok('clear')
    home.passStep()
    await home.ok('refresh')
    expect(home.credentials().match(/^\[okta-.*\]$/gm)).toEqual([
      '[okta-123456789012-Reader]',
      '[okta-123456789012-New]',
    ])
    expect((await callAwsCli(home, 'okta-123456789012-New')).code).toBe(0)
    home.world.offer([admin, reader])
    await home.ok('clear')
    home.passStep()
    await home.ok('refresh')
  })

  it('a9 at second 29 of a step it is the code of the next one that is sent, and only that', async () => {
    await home.ok('clear')
    home.passStep()
    const { okta } = home.world
    const leftMs = 1_200
    const skipMs = (60_000 - leftMs - (okta.nowMs() % 30_000)) % 30_000
    for (const double of [okta, home.world.sts]) double.skewMs += skipMs
    const next = Math.floor(okta.nowMs() / 30_000) + 1
    const sent = okta.count('/verify')
    await home.ok('credential-process', '--role-arn', admin)
    expect(okta.count('/verify')).toBe(sent + 1)
    expect(okta.org.users[0]?.factors[0]?.checker?.lastStep).toBe(next)
  })

  it('a11 get-cred prints version 1 JSON, words for sh, or a section; export-cred is the words', async () => {
    const json = JSON.parse(await home.ok('get-cred', '--role-arn', admin)) as Record<string, string>
    expect(json).toMatchObject({
      Version: 1,
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
    })
    const words = await home.ok('export-cred', '--role-arn', admin)
    expect(words).toBe(await home.ok('get-cred', '--format', 'eval', '--role-arn', admin))
    const evaluated = execFileSync('sh', [
      '-c',
      `${words}\nprintf %s "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY"`,
    ]).toString()
    expect(evaluated).toBe(`${json['AccessKeyId']} ${json['SecretAccessKey']}`)
    expect(await home.ok('get-cred', '--format', 'aws', '--role-arn', admin)).toMatch(
      /^\[default\]\naws_access_key_id = ASIA/,
    )
  })

  it('a12 assume-role chains a second role; both or neither source is an error', async () => {
    const chained = JSON.parse(
      await home.ok('assume-role', '--from-role-arn', admin, '--to-role-arn', roleArn('Deploy')),
    ) as Record<string, string>
    expect(chained['AccessKeyId']).toMatch(/^ASIA/)
    await home.ok('assume-role', '--from-profile', 'okta-123456789012-Admin', '--to-role-arn', roleArn('Deploy'))
    const neither = await home.aws('assume-role', '--to-role-arn', roleArn('Deploy'))
    const both = await home.aws(
      'assume-role',
      '--from-role-arn',
      admin,
      '--from-profile',
      'x',
      '--to-role-arn',
      roleArn('Deploy'),
    )
    expect([neither.code, both.code]).toEqual([1, 1])
    expect(both.stderr).toBe('watchword: Give exactly one of --from-role-arn and --from-profile.\n')
  })

  it('a13 a role that is not offered: a sentence and an exit code', async () => {
    const { code, stdout, stderr } = await home.aws('get-cred', '--role-arn', roleArn('Owner'))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `watchword: Okta does not offer you the role ${roleArn('Owner')}. Run watchword aws roles to see yours.\n`,
    )
  })

  it('a14 takes --home, --aws-credentials-file-path and -v where the old program had them, and the aliases', async () => {
    const elsewhere = join(home.home.path, 'elsewhere')
    home.writeSettings({ aliases: { '123456789012': 'Acme' } })
    const { code, stderr } = await old(
      '--home',
      home.home.path,
      '--aws-credentials-file-path',
      elsewhere,
      'refresh',
      '-v',
      'DEBUG',
    )
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(readFileSync(elsewhere, 'utf8')).toContain('[okta-acme-Admin]')
    home.writeSettings({ aliases: {} })
  })

  it('a15 does not call itself when default and AWS_PROFILE name its profile', async () => {
    const env = { ...home.env, AWS_PROFILE: 'okta-123456789012-Admin' }
    rmSync(home.cachePath, { recursive: true })
    home.passStep()
    const { code } = await home.home.call(['aws', 'credential-process', '--role-arn', admin], { env })
    expect(code).toBe(0)
    expect((await callAwsCli(home, 'okta-123456789012-Admin', env)).code).toBe(0)
  })

  it('a16 console --print leads to the console, signed in, by role and by profile', async () => {
    for (const whose of [
      ['--role-arn', admin],
      ['--profile', 'okta-123456789012-Admin'],
    ]) {
      const url = (await home.ok('console', '--print', '--destination', 's3', ...whose)).trim()
      const answer = await fetch(url, { redirect: 'manual' })
      expect(answer.headers.get('location')).toMatch(/^https:\/\/([\w-]+\.)?console\.aws\.amazon\.com\/s3/)
    }
  })

  it("old profiles work on: the old program's name and its get-cred", async () => {
    const bin = join(home.home.path, 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'okta-aws-cred-helper'), `#!/bin/sh\nexec "${home.home.command[0]}" "${oldProgram}" "$@"\n`)
    chmodSync(join(bin, 'okta-aws-cred-helper'), 0o755)
    writeFileSync(
      home.credentialsPath,
      `${home.credentials()}\n[okta-old]\ncredential_process = "okta-aws-cred-helper" "get-cred" "--role-arn" "${reader}"\nregion = ap-southeast-2\n`,
    )
    expect(JSON.parse((await callAwsCli(home, 'okta-old')).stdout)).toMatchObject({
      Arn: expect.stringContaining('/Reader/') as string,
    })
  })

  it('a2 a password and a secret written by hand move into the store at the next run, with one line', async () => {
    home.world.okta.org.users.forEach((user) => (user.password = 'changed by hand'))
    home.writeSettings({ password: 'changed by hand', google_2fa_totp: home.world.secretBase32.toLowerCase() })
    rmSync(home.cachePath, { recursive: true })
    home.passStep()
    const { code, stderr } = await home.aws('credential-process', '--role-arn', admin)
    expect(code).toBe(0)
    expect(stderr).toBe(
      `watchword: The secrets in ${home.settingsPath} were moved into the agent's store and blanked there.\n`,
    )
    expect(home.readSettings()).toMatchObject({ password: '', google_2fa_totp: '' })
    expect((await home.aws('credential-process', '--role-arn', admin)).stderr).toBe('')
  })

  it('follows a symbolic link to the credentials file', async () => {
    const real = join(home.home.path, 'dotfiles-credentials')
    writeFileSync(real, '[mine]\nregion = x\n')
    rmSync(home.credentialsPath)
    symlinkSync(real, home.credentialsPath)
    await home.ok('refresh')
    expect(readFileSync(real, 'utf8')).toContain('[okta-123456789012-Admin]')
  })

  it('the newest AWS CLI here knows credential_process as a source profile', async () => {
    const newer = awsCli('newest')
    if (newer === null) return expect(existsSync('/usr/bin/aws')).toBe(true)
    writeFileSync(
      home.configPath,
      `[profile deploy]\nrole_arn = ${roleArn('Deploy')}\nsource_profile = okta-123456789012-Admin\nregion = eu-west-1\n`,
    )
    expect(JSON.parse((await callAwsCli(home, 'deploy', {}, newer)).stdout)).toMatchObject({
      Arn: expect.stringContaining('/Deploy/') as string,
    })
  })
})
