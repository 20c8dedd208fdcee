import { isSimpleotpSpelling } from './agent/simpleotp-spelling.ts'
import { runApplication } from './application.ts'
import { rootRoutes } from './routes.ts'
import { arrange } from './service/arrange.ts'

/** Runs the command line of a process and sets its exit code. */
export async function runProgram(host: NodeJS.Process): Promise<void> {
  const words = host.argv.slice(2)
  if (words.length === 1 && words[0] === '--healthcheck') {
    const { healthcheck } = await import('./healthcheck.ts')
    host.exitCode = await healthcheck(host.env)
    return
  }
  const inputs = spelledOut(words)
  await runApplication(host, await rootRoutes(inputs[0]), inputs)
}

/** A bare call lists, as simpleotp's did; calls in its spelling and ungleichotp's go to what answers as they did. */
function spelledOut(words: readonly string[]): readonly string[] {
  const [area, ...rest] = words
  if (area === undefined) return ['list']
  if (area === 'service' && rest.length > 0) return [area, ...arrange(rest)]
  return isSimpleotpSpelling(words) ? ['simpleotp', ...words] : words
}
