import { hash } from 'node:crypto'
import { posix, win32 } from 'node:path'
import { homeFolder } from '../user.ts'

/** The environment as commands see it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What decides where files lie; a platform as `process.platform` names it. */
export interface PathFlags {
  /** Replaces the home folder (`--home`). */
  readonly home?: string
  /** Replaces the credentials file (`--aws-credentials-file-path`). */
  readonly credentialsFile?: string
}

/** Where the helper and the AWS tools keep their files. */
export interface AwsPaths {
  /** `~/.aws/okta-aws`: the settings of all configurations. */
  readonly settingsFolder: string
  readonly credentialsFile: string
  readonly configFile: string
  /** Sealed credentials. Deleting it costs one sign-in. */
  readonly cacheFolder: string
  /** Where the cache's key may lie, best first: folders in memory that end with the login or the computer's run. */
  readonly keyFolders: readonly string[]
  /** The cache's key from the agent's store, where no folder in memory can hold one. */
  readonly storedKey?: Buffer
  /** What may be lost without harm: how long each role's sessions may last, a refused sign-in. */
  readonly stateFolder: string
}

/**
 * All paths, in the style of the platform. A variable of the AWS tools may begin with `~`, as theirs may; one that is
 * empty names no file, there and here.
 *
 * @param userId - the numeric user, for the fallbacks of Linux; undefined on Windows
 * @throws {@link Failure} `home_unknown`
 */
export function awsPaths(env: Environment, flags: PathFlags, platform: string, userId?: number): AwsPaths {
  const { join } = platform === 'win32' ? win32 : posix
  const home = expandHome(flags.home, env, platform) ?? userHome(env, platform)
  // An empty or relative path in a variable counts as unset (XDG Base Directory Specification 0.8).
  const base = (variable: string, ...fallback: string[]) =>
    join(env[variable]?.startsWith('/') ? env[variable] : join(home, ...fallback), 'watchword')
  const localData = env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local')
  const isWindows = platform === 'win32'
  return {
    settingsFolder: join(home, '.aws', 'okta-aws'),
    credentialsFile:
      flags.credentialsFile ??
      expandHome(env['AWS_SHARED_CREDENTIALS_FILE'], env, platform) ??
      join(home, '.aws', 'credentials'),
    configFile: expandHome(env['AWS_CONFIG_FILE'], env, platform) ?? join(home, '.aws', 'config'),
    cacheFolder: isWindows ? join(localData, 'watchword', 'aws') : join(base('XDG_CACHE_HOME', '.cache'), 'aws'),
    keyFolders: isWindows ? [join(localData, 'watchword', 'run')] : keyFolders(env, platform, userId),
    stateFolder: isWindows ? join(localData, 'watchword', 'state') : base('XDG_STATE_HOME', '.local', 'state'),
  }
}

/** The settings file of a configuration; the default one has the place and name it always had. */
export function settingsFile(paths: AwsPaths, config: string, platform: string): string {
  const { join } = platform === 'win32' ? win32 : posix
  return join(paths.settingsFolder, config === 'default' ? 'settings.json' : `settings-${config}.json`)
}

/** A short name for what belongs to one configuration of one home and one thing in it. */
export function cacheName(settingsPath: string, thing: string): string {
  return hash('sha256', `${settingsPath}\n${thing}`, 'hex').slice(0, 40)
}

function userHome(env: Environment, platform: string): string {
  return platform === 'win32' ? (env['USERPROFILE'] ?? 'C:\\') : homeFolder(env)
}

function expandHome(given: string | undefined, env: Environment, platform: string): string | undefined {
  return given?.replace(/^~(?=$|[/\\])/, () => userHome(env, platform))
}

function keyFolders(env: Environment, platform: string, userId: number | undefined): string[] {
  const runtime = env['XDG_RUNTIME_DIR']
  const named = runtime?.startsWith('/') === true ? [posix.join(runtime, 'watchword')] : []
  if (platform === 'darwin')
    return env['TMPDIR'] === undefined ? named : [...named, posix.join(env['TMPDIR'], 'watchword')]
  return userId === undefined ? named : [...named, `/run/user/${userId}/watchword`, `/dev/shm/watchword-${userId}`]
}
