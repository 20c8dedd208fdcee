import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseProfileFile } from '../../../src/cli/aws/profile-file.ts'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { describeWith } from '../../support/programs.ts'

const arns = Array.from({ length: 10 }, (_, index) => roleArn(`Role${index}`))

describeWith(['gpg'], 'many processes at once', () => {
  let home: AwsHome
  beforeEach(async () => {
    home = await makeAwsHome(arns)
    await home.init('--no-check')
  })
  afterEach(() => home.remove())

  it('c2 50 cold calls for ten roles are one login, one code and ten AssumeRole', async () => {
    const calls = Array.from({ length: 50 }, (_, index) =>
      home.aws('credential-process', '--role-arn', arns[index % 10] ?? ''),
    )
    const finished = await Promise.all(calls)
    expect(finished.filter(({ code }) => code !== 0)).toEqual([])
    expect(new Set(finished.map(({ stdout }) => stdout)).size).toBe(10)
    expect(home.world.okta.log.filter((line) => line === 'POST /api/v1/authn')).toHaveLength(1)
    expect(home.world.okta.count('/verify')).toBe(1)
    expect(home.world.sts.count('AssumeRoleWithSAML')).toBe(10)
  })

  it('a wrong password is sent once, however many ask: nobody is locked out', async () => {
    for (const user of home.world.okta.org.users) user.password = 'another'
    const calls = Array.from({ length: 8 }, (_, index) =>
      home.aws('credential-process', '--role-arn', arns[index] ?? ''),
    )
    const finished = await Promise.all(calls)
    expect(new Set(finished.map(({ code }) => code))).toEqual(new Set([2]))
    expect(new Set(finished.map(({ stderr }) => stderr)).size).toBe(1)
    expect(home.world.okta.log.filter((line) => line === 'POST /api/v1/authn')).toHaveLength(1)
  })

  it('goes on at once after the process that was signing in is killed', async () => {
    home.world.okta.latencyMs = 2_000
    const [file = '', ...words] = home.home.command
    const call = [...words, 'aws', 'credential-process', '--role-arn', arns[0] ?? '']
    const doomed = spawn(file, call, { env: home.env, stdio: 'ignore' })
    while (home.world.okta.log.length === 0) await sleep(20)
    const waiting = home.aws('credential-process', '--role-arn', arns[1] ?? '')
    doomed.kill('SIGKILL')
    home.world.okta.latencyMs = 0
    expect((await waiting).code).toBe(0)
  })

  it('b13 20 parallel refresh: every profile once, nothing lost, no reader ever sees half a file', async () => {
    const personal = `# mine\n${Array.from({ length: 50 }, (_, index) => `[mine${index}]\nregion = eu-west-${index}\n`).join('\n')}`
    writeFileSync(home.credentialsPath, personal)
    let isDone = false
    let reads = 0
    const reader = (async () => {
      while (!isDone) {
        const text = readFileSync(home.credentialsPath, 'utf8')
        expect(text.startsWith(personal)).toBe(true)
        const ours = parseProfileFile(text, 'file').sections.filter(({ name }) => name.startsWith('okta-')).length
        expect([0, 10]).toContain(ours)
        reads += 1
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const finished = await Promise.all(Array.from({ length: 20 }, () => home.aws('refresh')))
    isDone = true
    await reader
    expect(finished.filter(({ code }) => code !== 0)).toEqual([])
    expect(home.credentials().match(/^\[okta-123456789012-Role\d\]$/gm)).toHaveLength(10)
    expect(reads).toBeGreaterThan(100)
  })
})
