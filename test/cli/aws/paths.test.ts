import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { browserCommand } from '../../../src/cli/aws/browser.ts'
import { fromOldSpelling } from '../../../src/cli/aws/old-spelling.ts'
import { awsPaths, settingsFile } from '../../../src/cli/aws/paths.ts'
import { quotedCommand } from '../../../src/cli/aws/quoted-command.ts'
import { usableFromMs } from '../../../src/cli/aws/secret-source.ts'

describe('awsPaths', () => {
  it('on Linux: the places the AWS tools use, the cache by XDG, the key in a folder in memory', () => {
    const paths = awsPaths({ HOME: '/home/mara', XDG_RUNTIME_DIR: '/run/user/1000' }, {}, 'linux', 1000)
    expect(paths).toEqual({
      settingsFolder: '/home/mara/.aws/okta-aws',
      credentialsFile: '/home/mara/.aws/credentials',
      configFile: '/home/mara/.aws/config',
      cacheFolder: '/home/mara/.cache/watchword/aws',
      keyFolders: ['/run/user/1000/watchword', '/run/user/1000/watchword', '/dev/shm/watchword-1000'],
      stateFolder: '/home/mara/.local/state/watchword',
    })
    expect(settingsFile(paths, 'default', 'linux')).toBe('/home/mara/.aws/okta-aws/settings.json')
    expect(settingsFile(paths, 'work', 'linux')).toBe('/home/mara/.aws/okta-aws/settings-work.json')
  })

  it.each(['', 'caches', './state'])(
    'takes %j in a variable of XDG for unset, never for a place below where one stands',
    (named) => {
      const paths = awsPaths({ HOME: '/home/mara', XDG_CACHE_HOME: named, XDG_STATE_HOME: named }, {}, 'linux', 1000)
      expect(paths.cacheFolder).toBe('/home/mara/.cache/watchword/aws')
      expect(paths.stateFolder).toBe('/home/mara/.local/state/watchword')
    },
  )

  it.each(['', 'caches'])('code compiled before is never taken from where one stands (XDG_CACHE_HOME=%j)', (named) => {
    const folder = mkdtempSync(join(tmpdir(), 'ww-caches-'))
    for (const program of ['main.ts', 'okta-aws-cred-helper.ts']) {
      execFileSync(process.execPath, [resolve('src/cli', program), '--help'], {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: join(folder, 'home'), XDG_CACHE_HOME: named },
        stdio: 'ignore',
      })
    }
    expect(readdirSync(folder)).toEqual(['home'])
    rmSync(folder, { recursive: true })
  })

  it('on Windows: below USERPROFILE, with backslashes', () => {
    const env = { USERPROFILE: 'C:\\Users\\Mara Lin', LOCALAPPDATA: 'C:\\Users\\Mara Lin\\AppData\\Local' }
    const paths = awsPaths(env, {}, 'win32')
    expect(paths.credentialsFile).toBe('C:\\Users\\Mara Lin\\.aws\\credentials')
    expect(paths.cacheFolder).toBe('C:\\Users\\Mara Lin\\AppData\\Local\\watchword\\aws')
    expect(settingsFile(paths, 'default', 'win32')).toBe('C:\\Users\\Mara Lin\\.aws\\okta-aws\\settings.json')
  })

  it('follows the variables of the AWS tools, and a14 the options of the old program before them', () => {
    const env = { HOME: '/home/mara', AWS_SHARED_CREDENTIALS_FILE: '/x/cred', AWS_CONFIG_FILE: '/x/conf' }
    expect(awsPaths(env, {}, 'linux')).toMatchObject({ credentialsFile: '/x/cred', configFile: '/x/conf' })
    const inHome = { HOME: '/home/mara', AWS_SHARED_CREDENTIALS_FILE: '~/x/cred', AWS_CONFIG_FILE: '~/x/conf' }
    expect(awsPaths(inHome, {}, 'linux')).toMatchObject({
      credentialsFile: '/home/mara/x/cred',
      configFile: '/home/mara/x/conf',
    })
    const flags = { home: '~/other', credentialsFile: '/y/cred' }
    expect(awsPaths(env, flags, 'linux')).toMatchObject({
      settingsFolder: '/home/mara/other/.aws/okta-aws',
      credentialsFile: '/y/cred',
    })
  })
})

describe('without HOME', () => {
  it.each([undefined, ''])('the home folder is the one that the system knows, never / (HOME=%j)', (HOME) => {
    expect(awsPaths({ HOME }, {}, 'linux').credentialsFile).toBe(join(homedir(), '.aws', 'credentials'))
  })
})

describe('quotedCommand', () => {
  const words = ['/opt/my node/node', '/a "b"/x.js', 'back\\slash', 'arn:aws:iam::1:role/a+b=c,d.e@f-g']

  it('is split by a shell into the same words', () => {
    const printed = execFileSync('sh', ['-c', `printf '%s\\n' ${quotedCommand(words, 'linux')}`]).toString()
    expect(printed.trimEnd().split('\n')).toEqual(words)
  })

  it('on Windows escapes a backslash only before a quote', () => {
    expect(quotedCommand(['C:\\Program Files\\node.exe', 'C:\\dir\\', 'say "hi"'], 'win32')).toBe(
      '"C:\\Program Files\\node.exe" "C:\\dir\\\\" "say \\"hi\\""',
    )
  })
})

describe('fromOldSpelling', () => {
  it.each([
    ['--home /h refresh -v DEBUG', 'aws refresh --home /h'],
    [
      '--aws-credentials-file-path=/c --home=/h get-cred --role-arn x',
      'aws get-cred --role-arn x --aws-credentials-file-path /c --home /h',
    ],
    ['init', 'aws init'],
    ['--help', 'aws --help'],
  ])('%s', (old, ours) => {
    expect(fromOldSpelling(old.split(' ')).join(' ')).toBe(ours)
  })
})

describe('small rules', () => {
  it('a9 near the end of a step the next one counts', () => {
    expect(usableFromMs(27_000, 30_000)).toBe(27_000)
    expect(usableFromMs(28_500, 30_000)).toBe(30_000)
    expect(usableFromMs(29_999, 30_000)).toBe(30_000)
  })

  it('the browser is the one of the platform, or the one that BROWSER names', () => {
    expect(browserCommand(undefined, 'linux')).toEqual(['xdg-open'])
    expect(browserCommand('firefox', 'linux')).toEqual(['firefox'])
    expect(browserCommand('', 'win32')[0]).toBe('rundll32')
  })
})
