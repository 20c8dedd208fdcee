#!/usr/bin/env node
import { runProgram } from './program.ts'
import { arrange } from './service/arrange.ts'

// The name and the spellings of ungleichotp's own client.
process.argv.splice(2, process.argv.length, 'service', ...arrange(process.argv.slice(2)))
await runProgram(process)
