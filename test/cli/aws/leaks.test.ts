import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { describeWith } from '../../support/programs.ts'

const admin = roleArn('Admin')

describeWith(['gpg', 'strace'], 'b1 no secret shows', () => {
  let home: AwsHome
  beforeAll(async () => {
    home = await makeAwsHome([admin])
    await home.init('--no-check')
    // What init was given lies beside it for the test only.
    for (const name of ['password', 'secret']) writeFileSync(join(home.home.path, name), '')
  })
  afterAll(() => home.remove())

  it('in arguments or the environment of any process, on standard error, or in any file', async () => {
    const trace = join(home.home.path, 'trace')
    const under = ['strace', '-f', '-qq', '-e', 'trace=execve', '-v', '-s', '4000', '-o', trace]
    const trail: string[] = []
    const call = async (...words: string[]) => {
      const { code, stdout, stderr } = await home.home.call(['aws', ...words], { env: home.env, under })
      expect(code).toBe(0)
      trail.push(stderr, readFileSync(trace, 'latin1'))
      return stdout
    }
    for (const words of [['refresh'], ['roles'], ['status']]) trail.push(await call(...words))
    const stdout = await call('credential-process', '--role-arn', admin)
    trail.push(await call('refresh', '--dry-run'), await call('status', '--json'))
    const { SecretAccessKey, SessionToken } = JSON.parse(stdout) as Record<string, string>
    const [sid = ''] = home.world.okta.org.sessions.keys()
    const secrets = [home.world.password, home.world.secretBase32, SecretAccessKey ?? '', SessionToken ?? '', sid]
    const seen = [...trail, ...filesBelow(home.home.path).map((path) => readFileSync(path, 'latin1'))]
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10)
      for (const form of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('hex'),
      ]) {
        expect(seen.findIndex((text) => text.includes(form))).toBe(-1)
      }
    }
  })

  it('in what a failed sign-in says, from the password to the assertion', async () => {
    await home.ok('clear')
    home.passStep()
    home.world.accounts.refuseNext = { code: 'AccessDenied', text: 'Not authorized', status: 403, times: 1 }
    const { code, stdout, stderr } = await home.aws('credential-process', '--role-arn', admin)
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'watchword: AWS refused AssumeRoleWithSAML: AccessDenied - Not authorized. Ask who runs the AWS account whether this is allowed.\n',
    })
  })
})

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => !path.includes('/g/') && !path.endsWith('/trace'))
}
