#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { answerFromCache } from './aws/fast-lane.ts'
import { fromOldSpelling } from './aws/old-spelling.ts'

// The name and the commands of the program before this one, so that profiles it wrote go on working.
try {
  const caches = process.env['XDG_CACHE_HOME']
  // From a folder below where one stands, anybody's code could be run.
  enableCompileCache(join(caches?.startsWith('/') ? caches : join(homedir(), '.cache'), 'watchword', 'compiled'))
} catch {
  // A user without a home has no cache of compiled code.
}

const words = fromOldSpelling(process.argv.slice(2))
const isAnswered = words[1] === 'get-cred' && answerFromCache(process, words.slice(2))
if (!isAnswered) {
  process.argv.splice(2, process.argv.length, ...words)
  const { runProgram } = await import('./program.ts')
  await runProgram(process)
}
