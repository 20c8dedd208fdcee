import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AwsPaths } from './paths.ts'

/** The longest session in seconds that a role is known to allow; null when nothing is known. */
export function longestKnown(paths: AwsPaths, roleArn: string): number | null {
  return readAll(paths)[roleArn] ?? null
}

/** Remembers what a role allows, so that the next call need not try in vain. Losing it costs a call. */
export function rememberLongest(paths: AwsPaths, roleArn: string, durationSeconds: number): void {
  const temporary = `${fileOf(paths)}.${process.pid}.new`
  try {
    mkdirSync(paths.stateFolder, { recursive: true, mode: 0o700 })
    writeFileSync(temporary, JSON.stringify({ ...readAll(paths), [roleArn]: durationSeconds }), { mode: 0o600 })
    renameSync(temporary, fileOf(paths))
  } catch {
    // A full disk takes nothing away from the credentials just obtained.
  }
}

/** Forgets it for all roles: an administrator may have allowed more. */
export function forgetDurations(paths: AwsPaths): void {
  rmSync(fileOf(paths), { force: true })
}

function readAll(paths: AwsPaths): Readonly<Record<string, number>> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(fileOf(paths), 'utf8'))
    if (typeof parsed !== 'object' || parsed === null) return {}
    return Object.fromEntries(Object.entries(parsed).filter(([, seconds]) => Number.isInteger(seconds)))
  } catch {
    return {}
  }
}

function fileOf(paths: AwsPaths): string {
  return join(paths.stateFolder, 'aws-role-durations.json')
}
