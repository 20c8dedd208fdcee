import { run } from '@stricli/core'
import { application } from './application.ts'
import { isSimpleotpSpelling } from './agent/simpleotp-spelling.ts'
import { createContext } from './context.ts'
import { exitCodes } from './exit-codes.ts'

/** Runs the command line of a process and sets its exit code. */
export async function runProgram(host: NodeJS.Process): Promise<void> {
  const context = createContext(host)
  const inputs = spelledOut(host.argv.slice(2))
  await run(await application(inputs[0]), inputs, context)
  const code = Number(context.process.exitCode ?? exitCodes.ok)
  // The parser's own codes are negative: an unknown command or a wrong argument is a usage error for us.
  if (code !== exitCodes.ok) host.exitCode = code < 0 ? exitCodes.usage : code
}

/** A bare call lists, as simpleotp's did; a call in its spelling goes to the command that answers as it did. */
function spelledOut(words: readonly string[]): readonly string[] {
  if (words.length === 0) return ['list']
  return isSimpleotpSpelling(words) ? ['simpleotp', ...words] : words
}
