import { readFileSync } from 'node:fs'
import { outputStream } from '../output-stream.ts'
import { readCached, isFreshEnough, type CachedCredentials } from './credential-cache.ts'
import { processJson } from './credential-output.ts'
import { type AwsPaths, awsPaths, cacheName, settingsFile } from './paths.ts'

/** What the fast lane needs of a process. */
export interface FastHost {
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Answers a `credential-process` call from the cache, with nothing loaded but this.
 *
 * The AWS tools start us anew for every command, so that most of what a person waits for is our start. Whatever is out
 * of the ordinary (other options, no cached credentials, secrets written into the settings by hand) takes the long way.
 *
 * @param words - the arguments after the command's name
 * @returns whether the answer was given
 */
export function answerFromCache(host: FastHost, words: readonly string[]): boolean {
  const options = simpleOptions(words)
  if (options === null) return false
  const paths = knownPaths(host)
  if (paths === null) return false
  const settingsPath = settingsFile(paths, options.config, process.platform)
  if (hasClearSecrets(settingsPath)) return false
  const cached = readCached<CachedCredentials>(paths, cacheName(settingsPath, options.roleArn))
  if (cached === null || !isFreshEnough(cached, Date.now())) return false
  // Node's stream for standard output costs five milliseconds before its first byte.
  let isAnswered = true
  // What could not be written, the whole program tells in a sentence.
  const stdout = outputStream(1, () => (isAnswered = false))
  stdout.write(`${processJson(cached)}\n`)
  return isAnswered
}

/** Null for a user without a home folder, which the whole program tells in a sentence. */
function knownPaths({ env }: FastHost): AwsPaths | null {
  try {
    return awsPaths(env, {}, process.platform, process.getuid?.())
  } catch {
    return null
  }
}

/** Exactly the options that our profiles are written with; null for any others. */
function simpleOptions(words: readonly string[]): { roleArn: string; config: string } | null {
  const [roleFlag, roleArn, configFlag, config, ...more] = words
  if (roleFlag !== '--role-arn' || roleArn === undefined || more.length > 0) return null
  if (configFlag === undefined) return { roleArn, config: 'default' }
  return configFlag === '--config' && config !== undefined && /^[\w-]+$/.test(config) ? { roleArn, config } : null
}

function hasClearSecrets(settingsPath: string): boolean {
  try {
    const settings = JSON.parse(readFileSync(settingsPath, 'utf8')) as Record<string, unknown>
    return [settings['password'], settings['google_2fa_totp']].some(
      (value) => typeof value === 'string' && value !== '',
    )
  } catch {
    return true
  }
}
