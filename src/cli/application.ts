import {
  type Application,
  type ApplicationText,
  buildApplication,
  ExitCode,
  type RouteMap,
  run,
  text_en,
} from '@stricli/core'
import packageJson from '../../package.json' with { type: 'json' }
import { isFailure } from '../errors/failure.ts'
import { type CliContext, createContext, programName } from './context.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { systemFailure } from './system-error.ts'

/** The command line over some commands: how arguments are written and failures are told. */
export function applicationOf(root: RouteMap<CliContext>): Application<CliContext> {
  return buildApplication<CliContext>(root, {
    name: programName,
    versionInfo: { currentVersion: packageJson.version },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab' },
    localization: { text },
    determineExitCode: exitCodeOf,
  })
}

/** Runs one command line in a process and sets its exit code. */
export async function runApplication(
  host: NodeJS.Process,
  root: RouteMap<CliContext>,
  inputs: readonly string[],
): Promise<void> {
  const context = createContext(host)
  await run(applicationOf(root), inputs, context)
  const code = Number(context.process.exitCode ?? exitCodes.ok)
  if (code !== exitCodes.ok) host.exitCode = code < 0 ? exitCodeOfParser(code) : code
}

/** The parser's own codes are negative: an unknown command or a wrong argument is a usage error, a lost help text none. */
function exitCodeOfParser(code: number): number {
  return code === ExitCode.IntegrationError ? exitCodes.general : exitCodes.usage
}

const text: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput: (args) =>
    `${programName}: ${text_en.noCommandRegisteredForInput({ ...args, ansiColor: false })}`,
  exceptionWhileParsingArguments: (thrown) =>
    `${programName}: ${text_en.exceptionWhileParsingArguments.call({ formatException: sentence }, thrown, false)}`,
  exceptionWhileLoadingCommandFunction: (thrown) => `${programName}: ${sentence(thrown)}`,
  exceptionWhileLoadingCommandContext: (thrown) => `${programName}: ${sentence(thrown)}`,
  exceptionWhileRunningCommand: (thrown) => `${programName}: ${sentence(thrown)}`,
  exceptionWhileRunningIntegrationHook: ({ exception }) => `${programName}: ${sentence(exception)}`,
  exceptionWhileRunningIntegrationFlag: ({ exception }) => `${programName}: ${sentence(exception)}`,
  commandErrorResult: (error) => `${programName}: ${sentence(error)}`,
}

function sentence(thrown: unknown): string {
  if (isFailure(thrown)) return thrown.message
  const refused = systemFailure(thrown)
  if (refused !== null) return refused.message
  if (!(thrown instanceof Error)) return 'Something unexpected happened.'
  return process.env['WATCHWORD_DEBUG'] === undefined
    ? `${thrown.message} (WATCHWORD_DEBUG=1 shows where.)`
    : (thrown.stack ?? thrown.message)
}
