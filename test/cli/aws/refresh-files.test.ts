import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { awsPaths, type AwsPaths } from '../../../src/cli/aws/paths.ts'
import { parseProfileFile } from '../../../src/cli/aws/profile-file.ts'
import { defaultTemplate } from '../../../src/cli/aws/profile-names.ts'
import type { ProfileWishes } from '../../../src/cli/aws/profile-plan.ts'
import { previewRefresh, undoRefresh, writeRefresh } from '../../../src/cli/aws/refresh-files.ts'
import { filesBelow } from '../../support/canary.ts'
import { roleArn } from '../../support/aws/aws-world.ts'

const moduleUrl = new URL('../../../src/cli/aws/refresh-files.ts', import.meta.url).href
const pinnedNode = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))
let folder: string
let paths: AwsPaths
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ww-refresh-'))
  mkdirSync(join(folder, 'run'), { mode: 0o700 })
  paths = awsPaths({ HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run') }, {}, 'linux')
  mkdirSync(dirname(paths.credentialsFile))
})
afterEach(() => rmSync(folder, { recursive: true }))

const roles = [roleArn('Admin'), roleArn('a/Reader'), roleArn('a-Reader')]
const personalCredentials = '# mine\r\n[mine]\r\naws_access_key_id = AKIAMINE\r\naws_secret_access_key = s3cret\r\n'
const personalConfig = '[default]\nregion = eu-west-1 ; mine\n\n[profile okta-by-hand]\nrole_arn = x\n# the end'

function wishes(isConfigFile: boolean, roleArns: readonly string[] = roles): ProfileWishes {
  return {
    config: 'default',
    roleArns,
    rule: { template: defaultTemplate, aliases: {} },
    regionOf: () => 'eu-west-1',
    commandOf: (arn) => `"watchword" "aws" "credential-process" "--role-arn" "${arn}"`,
    isConfigFile,
  }
}

const credentials = () => readFileSync(paths.credentialsFile, 'utf8')
const config = () => readFileSync(paths.configFile, 'utf8')
const namesIn = (text: string) => [...text.matchAll(/^\[(?:profile )?(okta-1[^\]]*)\]/gm)].map(([, name = '']) => name)

function writePersonal(): void {
  writeFileSync(paths.credentialsFile, personalCredentials)
  writeFileSync(paths.configFile, personalConfig)
}

describe('a refresh into the other file', () => {
  beforeEach(async () => {
    writePersonal()
    await writeRefresh(paths, wishes(false))
  })

  it('moves the profiles under their names, and leaves every byte that is not ours', async () => {
    const names = namesIn(credentials())
    expect(names).toHaveLength(3)
    const { other } = await writeRefresh(paths, wishes(true))
    expect(other?.plan.removed).toEqual(names)
    expect(credentials()).toBe(personalCredentials)
    expect(config().startsWith(personalConfig)).toBe(true)
    expect(namesIn(config()).toSorted()).toEqual(names.toSorted())
  })

  it('and back: both files are what they were', async () => {
    const before = credentials()
    await writeRefresh(paths, wishes(true))
    await writeRefresh(paths, wishes(false))
    expect(credentials()).toBe(before)
    expect(config()).toBe(`${personalConfig}\n`)
  })

  it('takes along what somebody added to a profile of ours', async () => {
    writeFileSync(paths.credentialsFile, credentials().replace(/^x_watchword/m, '# for scripts\noutput = json\n$&'))
    await writeRefresh(paths, wishes(true))
    expect(config()).toContain('# for scripts\noutput = json\nx_watchword = default\n')
  })

  it('does not take along what belongs to a lost role', async () => {
    await writeRefresh(paths, wishes(true, [roleArn('Admin')]))
    expect(namesIn(config())).toEqual(['okta-123456789012-Admin'])
    expect(credentials()).toBe(personalCredentials)
  })

  it("moves the old program's sections as well", async () => {
    const old = `[okta-123456789012-Admin]\ncredential_process = "okta-aws-cred-helper" "get-cred" "--role-arn" "${roleArn('Admin')}"\nregion = x\n`
    writeFileSync(paths.credentialsFile, `${personalCredentials}\n${old}`)
    await writeRefresh(paths, wishes(true, [roleArn('Admin')]))
    expect(credentials()).toBe(personalCredentials)
    expect(namesIn(config())).toEqual(['okta-123456789012-Admin'])
  })

  it('changes nothing in either file while one of them cannot be read', async () => {
    const before = credentials()
    writeFileSync(paths.configFile, '[default]\nregion\n')
    await expect(writeRefresh(paths, wishes(true))).rejects.toMatchObject({ code: 'aws_file_unreadable' })
    expect(credentials()).toBe(before)
    writeFileSync(paths.configFile, '[profile x]\nx_watchword = default\n[profile x]\n')
    await expect(writeRefresh(paths, wishes(false))).rejects.toMatchObject({ code: 'aws_file_unreadable' })
    expect(credentials()).toBe(before)
  })

  it('does not even look into a config file that holds nothing of ours', async () => {
    writeFileSync(paths.configFile, '[default]\nregion\n')
    await writeRefresh(paths, wishes(false, [roleArn('Admin')]))
    expect(namesIn(credentials())).toEqual(['okta-123456789012-Admin'])
  })

  it('loses no profile when both ways are taken at once', async () => {
    await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((index) => writeRefresh(paths, wishes(index % 2 === 0))))
    expect([...namesIn(credentials()), ...namesIn(config())]).toHaveLength(3)
  })

  it('loses no profile either when it is killed, at whatever point, and the next one tidies up', async () => {
    const script = `import { writeRefresh } from ${JSON.stringify(moduleUrl)}
      const wishes = (isConfigFile) => ({ ...${JSON.stringify(wishes(true))}, isConfigFile, regionOf: () => 'eu-west-1', commandOf: (arn) => 'x --role-arn ' + arn })
      for (let turn = 0; ; turn += 1) {
          await writeRefresh(${JSON.stringify(paths)}, wishes(turn % 2 === 0))
          if (turn === 0) process.stdout.write('at work')
        }`
    for (let round = 0; round < 6; round += 1) {
      const writer = spawn(pinnedNode, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
      await once(writer.stdout, 'data')
      await sleep(round * 41)
      expect(writer.exitCode).toBeNull()
      writer.kill('SIGKILL')
      await new Promise((resolve) => writer.on('close', resolve))
      const files = [credentials(), config()]
      expect(files[0]?.startsWith(personalCredentials)).toBe(true)
      expect(files[1]?.startsWith(personalConfig)).toBe(true)
      for (const text of files) parseProfileFile(text, 'file')
      expect(new Set(files.flatMap(namesIn)).size).toBe(3)
    }
    await writeRefresh(paths, wishes(true))
    expect(credentials()).toBe(personalCredentials)
    expect(namesIn(config())).toHaveLength(3)
    const left = readdirSync(dirname(paths.credentialsFile))
    expect(left.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(['config', 'credentials', 'okta-aws'])
  })

  it('is no move where one file serves as both, by name or by a link', async () => {
    rmSync(paths.configFile)
    symlinkSync(paths.credentialsFile, paths.configFile)
    for (const same of [paths, { ...paths, configFile: paths.credentialsFile }]) {
      await writeRefresh(same, wishes(false))
      expect(namesIn(credentials())).toHaveLength(3)
      expect((await previewRefresh(same, wishes(false))).other).toBeNull()
    }
  })

  it('leaves the config file alone beside a credentials file of one’s own', async () => {
    await writeRefresh(paths, wishes(true))
    const before = config()
    const elsewhere = { ...paths, credentialsFile: join(folder, 'elsewhere') }
    await writeRefresh(elsewhere, { ...wishes(false), isAlone: true })
    expect(config()).toBe(before)
    expect(namesIn(readFileSync(elsewhere.credentialsFile, 'utf8'))).toHaveLength(3)
  })

  it('is shown by a dry run, which writes nothing', async () => {
    const before = [credentials(), config()]
    const { target, other } = await previewRefresh(paths, wishes(true))
    expect([target.plan.added.length, other?.plan.removed.length]).toEqual([3, 3])
    expect([credentials(), config()]).toEqual(before)
  })
})

describe('undoing a refresh', () => {
  it('brings back every file that it changed, once', async () => {
    writePersonal()
    await writeRefresh(paths, wishes(false))
    const between = credentials()
    await writeRefresh(paths, wishes(true))
    expect(await undoRefresh(paths)).toEqual([paths.configFile, paths.credentialsFile])
    expect([credentials(), config()]).toEqual([between, personalConfig])
    await expect(undoRefresh(paths)).rejects.toMatchObject({ code: 'aws_undo_missing' })
  })

  it('goes back behind a refresh that changed nothing', async () => {
    writePersonal()
    await writeRefresh(paths, wishes(false))
    await writeRefresh(paths, wishes(false))
    await undoRefresh(paths)
    expect(credentials()).toBe(personalCredentials)
  })

  it('brings nothing back where something else changed a file since', async () => {
    writePersonal()
    await writeRefresh(paths, wishes(false))
    await writeRefresh(paths, wishes(true))
    writeFileSync(paths.credentialsFile, `${credentials()}[new]\nregion = x\n`)
    const before = [credentials(), config()]
    await expect(undoRefresh(paths)).rejects.toMatchObject({ code: 'aws_undo_changed' })
    expect([credentials(), config()]).toEqual(before)
  })

  it('keeps no key of the file in clear for that', async () => {
    writePersonal()
    await writeRefresh(paths, wishes(false))
    const elsewhere = Object.entries(filesBelow(folder)).filter(([path]) => path !== paths.credentialsFile)
    for (const [, bytes] of elsewhere) expect(bytes.includes('s3cret')).toBe(false)
  })
})
