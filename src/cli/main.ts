#!/usr/bin/env node
import { createRequire, enableCompileCache } from 'node:module'

// Modules are required here rather than imported: importing node:fs alone takes as long as reading the store.
const require = createRequire(import.meta.url)

const compiled = cacheFolder()
if (compiled !== null) enableCompileCache(compiled)
if (!(await answerFast())) {
  const { runProgram } = await import('./program.ts')
  await runProgram(process)
}

/** In the user's own folder, null where nobody knows it: in a shared temporary folder another user could plant code. */
function cacheFolder(): string | null {
  const { XDG_CACHE_HOME: caches, HOME: home } = process.env
  // From a folder below where one stands, anybody's code could be run.
  if (caches?.startsWith('/')) return `${caches}/watchword/compiled`
  try {
    return `${home || (require('node:os') as typeof import('node:os')).homedir()}/.cache/watchword/compiled`
  } catch {
    return null
  }
}

/** The calls that people and tools make all day go past everything they do not need. */
async function answerFast(): Promise<boolean> {
  const [area, command, ...words] = process.argv.slice(2)
  if (area === 'aws' && command === 'credential-process') {
    return (await import('./aws/fast-lane.ts')).answerFromCache(process, words)
  }
  const codes = area === 'get' || area === 'list' ? codesLane() : null
  await codes?.runCodes(process)
  return codes !== null
}

/** What the build makes of codes-lane.ts; null in a checkout that is run from its sources. */
function codesLane(): typeof import('./codes-lane.ts') | null {
  try {
    return require('./codes.cjs') as typeof import('./codes-lane.ts')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND') return null
    throw cause
  }
}
