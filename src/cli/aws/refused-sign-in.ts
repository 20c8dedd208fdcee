import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure, isFailure, type FailureDetail } from '../../errors/failure.ts'
import { cacheName, type AwsPaths } from './paths.ts'

/** What a repetition would only make worse: each of these counts towards a lock-out. */
const countedAtOkta = new Set(['aws_okta_refused', 'aws_okta_locked', 'aws_okta_password_expired'])
const countedCodes = new Set(['E0000004', 'E0000068', 'E0000069', 'E0000064'])

/**
 * Stops when an earlier sign-in was refused and nothing has changed since.
 *
 * The AWS tools start the process again and again; without this a wrong password would lock the user out in moments.
 *
 * @throws the earlier {@link Failure}
 */
export function stopIfRefused(paths: AwsPaths, settingsPath: string): void {
  const refusal = readRefusal(paths, settingsPath)
  if (refusal !== null) throw new Failure(refusal.code, { detail: refusal.detail })
}

/** Remembers a refusal that counts at Okta. */
export function rememberRefusal(paths: AwsPaths, settingsPath: string, thrown: unknown): void {
  if (!isFailure(thrown) || !countedAtOkta.has(thrown.code)) return
  if (thrown.code === 'aws_okta_refused' && !countedCodes.has(String(thrown.detail['code']))) return
  const path = pathOf(paths, settingsPath)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, JSON.stringify({ code: thrown.code, detail: thrown.detail }), { mode: 0o600 })
}

/** Forgets it: the secrets changed, or a person tries by hand. */
export function forgetRefusal(paths: AwsPaths, settingsPath: string): void {
  rmSync(pathOf(paths, settingsPath), { force: true })
}

interface Refusal {
  readonly code: 'aws_okta_refused' | 'aws_okta_locked' | 'aws_okta_password_expired'
  readonly detail: FailureDetail
}

function readRefusal(paths: AwsPaths, settingsPath: string): Refusal | null {
  try {
    const refusal = JSON.parse(readFileSync(pathOf(paths, settingsPath), 'utf8')) as Refusal
    return countedAtOkta.has(refusal.code) ? refusal : null
  } catch {
    return null
  }
}

function pathOf(paths: AwsPaths, settingsPath: string): string {
  return join(paths.stateFolder, `aws-refused-${cacheName(settingsPath, 'refused').slice(0, 16)}.json`)
}
