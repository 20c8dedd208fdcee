import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { describeWith } from '../../support/programs.ts'

const admin = roleArn('Admin')

describeWith(['gpg'], 'a store whose key is locked', () => {
  let home: AwsHome
  let asked: string
  beforeAll(async () => {
    home = await makeAwsHome([admin])
    await home.init('--no-check')
    home.home.addKey('locked@local', 'a passphrase')
    await home.home.run(['recipients', 'add', 'locked@local'])
    await home.home.run(['recipients', 'remove', 'me@local'])
    asked = join(home.home.path, 'asked')
    const pinentry = home.home.writeScript('pinentry', `#!/bin/sh\ntouch "${asked}"\nexit 1\n`)
    writeFileSync(join(home.home.gnupgHome, 'gpg-agent.conf'), `pinentry-program ${pinentry}\n`)
    execFileSync('gpgconf', ['--homedir', home.home.gnupgHome, '--kill', 'all'], { stdio: 'ignore' })
  })
  afterAll(() => home.remove())

  it.each([['credential-process'], ['get-cred'], ['export-cred']])(
    'b10 %s does not even let gpg ask: exit code 5 and one line that says how to unlock',
    async (command) => {
      const { code, stdout, stderr } = await home.aws(command, '--role-arn', admin)
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
      expect(stderr).toMatch(/^watchword: The store is locked .* Run `watchword unlock` first.*\n$/)
      expect(existsSync(asked)).toBe(false)
    },
  )

  it('a command for people does let gpg ask', async () => {
    await home.aws('roles')
    expect(existsSync(asked)).toBe(true)
  })
})
