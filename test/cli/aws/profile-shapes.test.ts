import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { awsPaths, type AwsPaths } from '../../../src/cli/aws/paths.ts'
import { readProfile } from '../../../src/cli/aws/profile-credentials.ts'
import { profileInConfig } from '../../../src/cli/aws/profile-file.ts'
import { changeSharedFile } from '../../../src/cli/aws/shared-file.ts'
import { makeAwsHome } from '../../support/aws/aws-home.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { awsCli, runFile } from '../../support/aws/real-clients.ts'
import { describeWith } from '../../support/programs.ts'

let folder: string
let paths: AwsPaths
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ww-shapes-'))
  paths = awsPaths({ HOME: folder }, {}, 'linux')
  mkdirSync(dirname(paths.configFile))
})
afterEach(() => rmSync(folder, { recursive: true }))

const config = `[default]
region = alone
[profile  two]
region = two-blanks
[profile\ttab]
region = tab
[profile 'one quote']
region = one-quote
[profile "two quotes"]
region = two-quotes
[profile default]
region = spelt-out
[stray]
region = none
`
const regions: [string, string][] = [
  ['default', 'spelt-out'],
  ['two', 'two-blanks'],
  ['tab', 'tab'],
  ['one quote', 'one-quote'],
  ['two quotes', 'two-quotes'],
]

describe('a profile of the config file', () => {
  it('is found however its section is written', async () => {
    writeFileSync(paths.configFile, config)
    for (const [name, region] of regions) {
      expect([name, (await readProfile({ paths }, name)).options['region']]).toEqual([name, region])
    }
    await expect(readProfile({ paths }, 'stray')).rejects.toMatchObject({ code: 'aws_profile_unknown' })
    expect(profileInConfig('stray')).toBeNull()
  })
})

describeWith(['aws'], 'the real AWS CLI', () => {
  it.each(regions)('finds %s in the same section', async (name, region) => {
    writeFileSync(paths.configFile, config)
    const env = { HOME: folder, PATH: process.env['PATH'] }
    const { stdout } = await runFile(awsCli('debian') ?? 'aws', ['configure', 'get', 'region', '--profile', name], env)
    expect(stdout.trim()).toBe(region)
  })
})

describe('a link to nothing', () => {
  it('in the place of the credentials file is named, and left as it is', async () => {
    symlinkSync('/nonexistent/dotfiles/credentials', paths.credentialsFile)
    await expect(changeSharedFile(paths.credentialsFile, folder, () => '[new]\n')).rejects.toMatchObject({
      code: 'aws_file_refused',
      message: expect.stringContaining('it is a link to /nonexistent/dotfiles/credentials'),
    })
  })
})

describeWith(['gpg'], 'a profile that leads nowhere', () => {
  it('is told apart: a circle, another program’s, and one without keys', async () => {
    const home = await makeAwsHome([roleArn('Admin')])
    try {
      await home.init('--no-check')
      writeFileSync(
        home.configPath,
        `[profile a]\nrole_arn = ${roleArn('A')}\nsource_profile = b\n` +
          `[profile b]\nrole_arn = ${roleArn('B')}\nsource_profile = a\n` +
          `[profile other]\ncredential_process = /bin/other-program\n` +
          `[profile bare]\nregion = x\n`,
      )
      const told: [string, RegExp][] = [
        ['a', /stands behind more than 4 others, or behind itself\. Look at the source_profile/],
        ['other', /The profile other gets its credentials from another program/],
        ['bare', /The profile bare has no aws_access_key_id and aws_secret_access_key\. Add it/],
      ]
      for (const [profile, sentence] of told) {
        const { code, stdout, stderr } = await home.aws('credential-process', '--profile', profile)
        expect([profile, code, stdout, stderr]).toEqual([profile, 1, '', expect.stringMatching(sentence)])
      }
    } finally {
      await home.remove()
    }
  })
})

describeWith(['gpg'], 'roles of several partitions', () => {
  it('get regions of their own, in their profiles and in the environment', async () => {
    const gov = roleArn('Gov', '210987654321', 'aws-us-gov')
    const china = roleArn('China', '310987654321', 'aws-cn')
    const home = await makeAwsHome([roleArn('Admin'), gov, china])
    try {
      await home.init('--no-check')
      home.writeSettings({ roles: { [china]: { region: 'cn-northwest-1' } } })
      await home.ok('refresh')
      const regionOf = (profile: string) =>
        new RegExp(`\\[okta-${profile}\\][^[]*^region = (.*)$`, 'm').exec(home.credentials())?.[1]
      expect(['123456789012-Admin', '210987654321-Gov', '310987654321-China'].map(regionOf)).toEqual([
        'eu-central-1',
        'us-gov-west-1',
        'cn-northwest-1',
      ])
      expect(await home.ok('env', '--role-arn', gov)).toContain("AWS_REGION='us-gov-west-1'")
      await home.ok('credential-process', '--role-arn', china)
    } finally {
      await home.remove()
    }
  })
})
