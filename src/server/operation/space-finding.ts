import { statfsSync } from 'node:fs'
import type { Config } from '../config.ts'
import { type Finding, finding } from './finding.ts'

const mebibyte = 1024 * 1024
/** Below this a write may be refused at any moment. */
const nearlyNone = 16 * mebibyte
const little = 256 * mebibyte

/** Whether the disk below the data directory still has room; of a database elsewhere nothing can be said. */
export function spaceFindings({ databaseUrl, dataDir }: Config): Finding[] {
  if (databaseUrl !== undefined) return []
  const freeBytes = freeBytesBelow(dataDir)
  if (freeBytes === null) return []
  const check = 'disk space'
  const values = { free: Math.floor(freeBytes / mebibyte), folder: dataDir }
  if (freeBytes >= little) return [finding('ok', check, 'space_enough', values)]
  return [finding(freeBytes < nearlyNone ? 'error' : 'warning', check, 'space_little', values)]
}

function freeBytesBelow(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
