#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

// The cache lies in the user's own folder: in a shared temporary folder another user could plant code in it.
enableCompileCache(join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'watchword', 'compiled'))

const [area, command, ...words] = process.argv.slice(2)
const isAwsCall = area === 'aws' && command === 'credential-process'
if (!isAwsCall || !(await import('./aws/fast-lane.ts')).answerFromCache(process, words)) {
  const { runProgram } = await import('./program.ts')
  await runProgram(process)
}
