import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeAgentHome, type AgentHome, type Finished } from '../../cli/support/agent-home.ts'
import { startAwsWorld, type AwsWorld } from './aws-world.ts'
import { totpFactor } from './okta-org.ts'

/** A person's computer that talks to the doubles. */
export interface AwsHome {
  readonly world: AwsWorld
  readonly home: AgentHome
  readonly env: Readonly<Record<string, string | undefined>>
  readonly credentialsPath: string
  readonly configPath: string
  readonly settingsPath: string
  readonly cachePath: string
  /** Calls `watchword aws …`. */
  aws(...words: string[]): Promise<Finished>
  /** The same, expecting success; answers standard output. */
  ok(...words: string[]): Promise<string>
  /** Sets up the default configuration, with password and secret in the store. */
  init(...words: string[]): Promise<string>
  readSettings(): Record<string, unknown>
  writeSettings(changes: Record<string, unknown>): void
  credentials(): string
  /**
   * Moves the doubles' clocks half a minute on, so that the next sign-in has a new code at once: the helper learns the
   * time from Okta.
   */
  passStep(): void
  /** Remembers files and doubles as they are after `init`; `restore` brings them back, with nothing cached or spent. */
  snapshot(): void
  restore(): void
  remove(): Promise<void>
}

const kept = ['.aws', '.local/share']

/** Makes a home with gpg keys, and a world whose user is offered these roles. */
export async function makeAwsHome(roleArns?: readonly string[]): Promise<AwsHome> {
  const world = await startAwsWorld(roleArns)
  const home = makeAgentHome()
  const runtime = join(home.path, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  const env = { ...home.env, ...world.env, XDG_RUNTIME_DIR: runtime, XDG_CACHE_HOME: join(home.path, '.cache') }
  const settingsPath = join(home.path, '.aws', 'okta-aws', 'settings.json')
  const credentialsPath = join(home.path, '.aws', 'credentials')
  const aws = (...words: string[]) => home.call(['aws', ...words], { env })
  const ok = async (...words: string[]) => {
    const { code, stdout, stderr } = await aws(...words)
    if (code !== 0) throw new Error(`aws ${words.join(' ')} ended with ${code}: ${stderr}`)
    return stdout
  }
  const readSettings = () => JSON.parse(readFileSync(settingsPath, 'utf8')) as Record<string, unknown>
  return {
    world,
    home,
    env,
    credentialsPath,
    settingsPath,
    aws,
    ok,
    readSettings,
    configPath: join(home.path, '.aws', 'config'),
    cachePath: join(home.path, '.cache', 'watchword', 'aws'),
    init: (...words) => {
      writeFileSync(join(home.path, 'password'), `${world.password}\n`, { mode: 0o600 })
      writeFileSync(join(home.path, 'secret'), `${world.secretBase32}\n`, { mode: 0o600 })
      const given = ['--sso-url', world.ssoUrl, '--region', 'eu-central-1', '--user-name', world.userName]
      const secrets = ['--password-file', join(home.path, 'password'), '--totp-file', join(home.path, 'secret')]
      return ok('init', ...given, ...secrets, ...words)
    },
    writeSettings: (changes) => {
      const before = (() => {
        try {
          return readSettings()
        } catch {
          return {}
        }
      })()
      mkdirSync(join(home.path, '.aws', 'okta-aws'), { recursive: true })
      writeFileSync(settingsPath, JSON.stringify({ ...before, ...changes }, null, 2))
    },
    credentials: () => readFileSync(credentialsPath, 'utf8'),
    passStep: () => {
      for (const double of [world.okta, world.sts, world.iam, world.signIn]) double.skewMs += 30_000
    },
    snapshot: () => {
      for (const folder of kept) cpSync(join(home.path, folder), join(home.path, 'kept', folder), { recursive: true })
    },
    restore: () => {
      for (const folder of [...kept, '.cache', '.local/state'])
        rmSync(join(home.path, folder), { recursive: true, force: true })
      for (const folder of kept) cpSync(join(home.path, 'kept', folder), join(home.path, folder), { recursive: true })
      resetWorld(world)
    },
    remove: async () => {
      home.remove()
      await world.stop()
    },
  }
}

function resetWorld(world: AwsWorld): void {
  const { org } = world.okta
  for (const user of org.users) {
    Object.assign(user, {
      password: world.password,
      state: 'active',
      failures: 0,
      factors: [totpFactor(world.secretBase32)],
    })
  }
  Object.assign(org, { broken: false, showLockOut: false, announcesSignIn: false, pipeline: 'v1', limitNext: 0 })
  org.sessions.clear()
  for (const double of [world.okta, world.sts, world.iam, world.signIn]) {
    double.log.length = 0
    double.skewMs = 0
  }
}
