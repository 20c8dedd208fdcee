import { buildApplication, run, type RouteMap } from '@stricli/core'
import type { CliContext } from '../../src/cli/context.ts'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'

/** What a command left behind. */
export interface CommandAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of a route map in this process, with its own input, environment and no terminal. */
export async function runCommand(
  routes: RouteMap<CliContext>,
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<CommandAnswer> {
  const out: string[] = []
  const err: string[] = []
  const write = (lines: string[]) => ({ write: (text: string) => void lines.push(text) })
  const process: { stdout: object; stderr: object; env: object; exitCode?: number | string | null } = {
    stdout: write(out),
    stderr: write(err),
    env: options.env ?? {},
  }
  const context = {
    process,
    env: options.env ?? {},
    stdout: process.stdout,
    stderr: process.stderr,
    now: () => Date.now(),
    print: (line: string) => void out.push(`${line}\n`),
    printJson: (value: unknown) => void out.push(`${JSON.stringify(value)}\n`),
    say: (line: string) => void err.push(`watchword: ${line}\n`),
    sayJson: (value: unknown) => void err.push(`${JSON.stringify(value)}\n`),
    ask: () => Promise.reject(new Error('There is no terminal in a test')),
    canAsk: () => false,
    readStdin: () => Promise.resolve(Buffer.from(options.input ?? '')),
    setExitCode: (code: number) => void (process.exitCode = code),
  }
  const application = buildApplication<CliContext>(routes, {
    name: 'watchword',
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab' },
    determineExitCode: exitCodeOf,
  })
  await run(application, args, context as unknown as CliContext)
  return { code: Number(process.exitCode ?? 0), stdout: out.join(''), stderr: err.join('') }
}
