import { spawn } from 'node:child_process'
import { get } from 'node:http'
import { createInterface } from 'node:readline'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { itemsOf } from '../../support/items-of.ts'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { startProxy } from '../../support/aws/proxy.ts'
import { awsCli, callAwsCli, runFile } from '../../support/aws/real-clients.ts'
import { describeWith } from '../../support/programs.ts'

const admin = roleArn('Admin')

// Section 7 (b) of the protocol page: what the best peers have and users want.
describeWith(['gpg', 'aws'], 'what the best peers do', () => {
  let home: AwsHome
  beforeAll(async () => {
    home = await makeAwsHome([admin, roleArn('Reader'), roleArn('Ops', '210987654321')])
    await home.init('--no-check')
    await home.ok('refresh')
  })
  afterAll(() => home.remove())

  it('b8 exec hands credentials to a command, replaces what surrounds it, and ends with its code', async () => {
    const env = { ...home.env, AWS_PROFILE: 'other', AWS_ACCESS_KEY_ID: 'AKIAOTHER' }
    const script = 'echo "$AWS_ACCESS_KEY_ID $AWS_PROFILE $AWS_REGION"; exit 7'
    const { code, stdout } = await home.home.call(['aws', 'exec', '--role-arn', admin, '--', 'sh', '-c', script], {
      env,
    })
    expect({ code, stdout }).toEqual({
      code: 7,
      stdout: expect.stringMatching(/^ASIA\w+ {2}eu-central-1\n$/) as string,
    })
  })

  it('b8 exec without a command and without a terminal says what to write', async () => {
    expect(await home.aws('exec', '--role-arn', admin)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Write it after --') as string,
    })
    expect((await home.aws('exec', '--role-arn', admin, '--', '/no/such/program')).stderr).toMatch(
      /could not be started/,
    )
  })

  it.each([
    ['sh', /^AWS_ACCESS_KEY_ID='ASIA\w+' ; export AWS_ACCESS_KEY_ID$/m],
    ['fish', /^set -gx AWS_ACCESS_KEY_ID 'ASIA\w+'$/m],
    ['powershell', /^\$Env:AWS_ACCESS_KEY_ID = 'ASIA\w+'$/m],
  ])('b8 env writes words for %s', async (shell, line) => {
    expect(await home.ok('env', '--shell', shell, '--role-arn', admin)).toMatch(line)
  })

  it('b8 roles and status as text and JSON', async () => {
    await home.ok('credential-process', '--role-arn', admin)
    expect(itemsOf(await home.ok('roles', '--json'))).toContainEqual({
      roleArn: admin,
      profile: 'okta-123456789012-Admin',
    })
    expect(await home.ok('status')).toMatch(/okta-123456789012-Admin\tcached, 7\d\d min left/)
  })

  it("b8 refresh --look-up-aliases names accounts as AWS's role chooser does; --dry-run writes nothing", async () => {
    home.world.accounts.aliases.set('210987654321', 'acme-ops')
    const before = home.credentials()
    const { stdout, stderr } = await home.aws('refresh', '--dry-run')
    expect({ stdout, stderr }).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('Nothing was written') as string,
    })
    const looked = await home.aws('refresh', '--dry-run', '--look-up-aliases')
    expect(looked.stdout).toContain('+[okta-acme-ops-Ops]')
    expect(home.credentials()).toBe(before)
  })

  it('b9 static keys are printed on demand only, never written', async () => {
    expect(await home.ok('get-cred', '--format', 'aws', '--role-arn', admin)).toContain('aws_session_token = ')
    expect(home.credentials()).not.toMatch(/aws_(access_key_id|session_token)/)
  })

  it('b5 a role of its own region and duration, and --min-ttl for long jobs', async () => {
    home.writeSettings({ roles: { [roleArn('Reader')]: { region: 'us-west-2', duration_seconds: 3600 } } })
    await home.ok('refresh')
    expect(home.credentials()).toMatch(/role\/Reader"\nregion = us-west-2/)
    const first = await home.ok('credential-process', '--role-arn', roleArn('Reader'))
    expect(await home.ok('credential-process', '--role-arn', roleArn('Reader'))).toBe(first)
    expect(await home.ok('credential-process', '--role-arn', roleArn('Reader'), '--min-ttl', '3600')).not.toBe(first)
  })

  it('b7 a chained role takes tags, a source identity, an external id and a session policy along', async () => {
    const policy = '{"Version":"2012-10-17","Statement":[]}'
    const chain = ['--from-role-arn', admin, '--to-role-arn', roleArn('Deploy'), '--session-name', 'mara']
    const wishes = ['--tag', 'team=core', '--tag', 'cost=a=b', '--source-identity', 'mara', '--external-id', 'x1']
    await home.ok('assume-role', ...chain, ...wishes, '--policy', policy, '--duration-seconds', '900')
    expect(home.world.accounts.assumed.at(-1)).toMatchObject({
      RoleSessionName: 'mara',
      'Tags.member.1.Key': 'team',
      'Tags.member.1.Value': 'core',
      'Tags.member.2.Key': 'cost',
      'Tags.member.2.Value': 'a=b',
      SourceIdentity: 'mara',
      ExternalId: 'x1',
      Policy: policy,
      DurationSeconds: '900',
    })
  })

  it('b12 aws eks get-token works with the profile', async () => {
    const env = { ...process.env, ...home.env, AWS_PROFILE: 'okta-123456789012-Admin' }
    const { code, stdout } = await runFile(
      awsCli('debian') ?? 'aws',
      ['eks', 'get-token', '--cluster-name', 'main'],
      env,
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'ExecCredential' })
  })

  it('b6 goes through a proxy where the environment names one, and past it where NO_PROXY does', async () => {
    const proxy = await startProxy()
    const words = ['aws', 'assume-role', '--from-role-arn', admin, '--to-role-arn', roleArn('Deploy')]
    const env = { ...home.env, HTTPS_PROXY: proxy.origin, HTTP_PROXY: proxy.origin, NO_PROXY: '' }
    expect(await home.home.call(words, { env })).toMatchObject({ code: 0, stderr: '' })
    expect(proxy.passed).toEqual([new URL(home.world.sts.origin).host])
    expect((await home.home.call(words, { env: { ...env, NO_PROXY: '127.0.0.1' } })).code).toBe(0)
    expect(proxy.passed).toHaveLength(1)
    await proxy.stop()
  })

  it('a16 console --serve answers /awslogin with a redirect or text, and only whoever has its key', async () => {
    const [file, ...words] = [...home.home.command, 'aws', 'console', '--serve', '--port', '0']
    const server = spawn(file, words, { env: home.env, stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const [address = ''] = await new Promise<string[]>((resolve) =>
        createInterface(server.stdout).once('line', (line) => resolve([line])),
      )
      const withKey = `${address}okta-123456789012-Admin`
      const redirect = await fetch(withKey, { redirect: 'manual' })
      expect(redirect.headers.get('location')).toMatch(/Action=login/)
      const cookie = redirect.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      const bare = withKey.replace(/key=[^&]+&/, '')
      expect((await fetch(`${bare}&format=txt`, { headers: { cookie } })).status).toBe(200)
      expect((await fetch(bare, { redirect: 'manual' })).status).toBe(403)
      expect((await fetch(withKey.replace('okta-123456789012-Admin', 'nobody'))).status).toBe(404)
      expect(await statusWithHost(withKey, 'evil.example')).toBe(421)
    } finally {
      server.kill('SIGTERM')
      await new Promise((resolve) => server.on('close', resolve))
    }
  })

  it('c7 refresh --config-file moves the profiles for the real AWS CLI as well, and --undo brings both files back', async () => {
    const before = home.credentials()
    const { stderr } = await home.aws('refresh', '--config-file')
    expect(stderr).toMatch(/^watchword: 3 profiles in \S+config: 3 added, .*; 3 taken out of \S+credentials\.\n$/)
    expect(home.credentials()).not.toContain('[okta-')
    expect((await callAwsCli(home, 'okta-123456789012-Admin')).code).toBe(0)
    expect(await home.aws('refresh', '--undo', '--dry-run')).toMatchObject({ code: 1 })
    expect(JSON.parse(await home.ok('refresh', '--undo', '--json'))).toEqual({
      restored: [home.configPath, home.credentialsPath],
    })
    expect(home.credentials()).toBe(before)
    expect(await home.aws('refresh', '--undo')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^watchword: There is no refresh to undo: [^\n]+\n$/) as string,
    })
  })

  it('c7 undone by hand: a profile whose mark is taken out is left alone from then on', async () => {
    writeFileSync(
      home.credentialsPath,
      home
        .credentials()
        .replace('[okta-210987654321-Ops]', '[okta-mine]')
        .replace(/x_watchword = default\n$/, ''),
    )
    const mine = home.credentials().slice(home.credentials().indexOf('[okta-mine]'))
    await home.ok('refresh')
    expect(readFileSync(home.credentialsPath, 'utf8')).toContain(mine.trimEnd())
  })
})

function statusWithHost(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    }).on('error', reject)
  })
}
