import { accessSync, appendFileSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

/** Where a program is found on the path, or null. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const folder of folders) {
    const path = join(folder, name)
    if (isExecutable(path)) return path
  }
  return null
}

/**
 * A suite that talks to real programs. Where one cannot be had the suite is skipped and named at the end
 * of the run; with WATCHWORD_REQUIRE_ALL=1 it fails instead.
 */
export function describeWith(programs: readonly string[], name: string, suite: () => void): void {
  const missing = programs.filter((program) => findProgram(program) === null)
  if (missing.length === 0) {
    describe(name, suite)
    return
  }
  if (process.env['WATCHWORD_REQUIRE_ALL'] === '1') throw new Error(`${name} needs ${missing.join(', ')}`)
  reportSkipped(name, missing)
  describe.skip(name, suite)
}

/**
 * A suite that needs something of the machine which nobody can install, such as the right to mount: skipped and named
 * where it cannot be had, and never a failure.
 */
export function describeWhere(isPossible: boolean, needed: string, name: string, suite: () => void): void {
  if (isPossible) {
    describe(name, suite)
    return
  }
  reportSkipped(name, [needed])
  describe.skip(name, suite)
}

/** Notes a skipped suite for the end of the run. */
export function reportSkipped(name: string, missing: readonly string[]): void {
  const file = process.env['WATCHWORD_SKIPPED_FILE']
  if (file !== undefined) appendFileSync(file, `${name}: ${missing.join(', ')} cannot be had\n`)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
