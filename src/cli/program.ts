import { isSimpleotpSpelling } from './agent/simpleotp-spelling.ts'
import { runApplication } from './application.ts'
import { rootRoutes } from './routes.ts'

/** Runs the command line of a process and sets its exit code. */
export async function runProgram(host: NodeJS.Process): Promise<void> {
  const inputs = spelledOut(host.argv.slice(2))
  await runApplication(host, await rootRoutes(inputs[0]), inputs)
}

/** A bare call lists, as simpleotp's did; a call in its spelling goes to the command that answers as it did. */
function spelledOut(words: readonly string[]): readonly string[] {
  if (words.length === 0) return ['list']
  return isSimpleotpSpelling(words) ? ['simpleotp', ...words] : words
}
