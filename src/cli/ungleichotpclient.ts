#!/usr/bin/env node
import { runProgram } from './program.ts'

// The name of ungleichotp's own client, which always verified: called bare it says which flags that needs.
const words = process.argv.slice(2)
process.argv.splice(2, process.argv.length, 'service', ...(words.length === 0 ? ['verify'] : words))
await runProgram(process)
