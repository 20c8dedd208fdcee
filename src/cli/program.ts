import { buildApplication, run, text_en, type Application, type ApplicationText } from '@stricli/core'
import packageJson from '../../package.json' with { type: 'json' }
import { isFailure } from '../errors/failure.ts'
import { createContext, programName, type CliContext } from './context.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { rootRoutes } from './routes.ts'

/** Runs the command line of a process and sets its exit code. */
export async function runProgram(host: NodeJS.Process): Promise<void> {
  leaveQuietlyWhenTheReaderLeaves(host)
  const context = createContext(host)
  const words = host.argv.slice(2)
  const inputs = words.length === 0 ? ['list'] : words
  await run(await application(inputs[0]), inputs, context)
  const code = Number(context.process.exitCode ?? exitCodes.ok)
  // The parser's own codes are negative: an unknown command or a wrong argument is a usage error for us.
  if (code !== exitCodes.ok) host.exitCode = code < 0 ? exitCodes.usage : code
}

async function application(called: string | undefined): Promise<Application<CliContext>> {
  return buildApplication<CliContext>(await rootRoutes(called), {
    name: programName,
    versionInfo: { currentVersion: packageJson.version },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab' },
    localization: { text },
    determineExitCode: exitCodeOf,
  })
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
  commandErrorResult: (error) => `${programName}: ${sentence(error)}`,
}

function sentence(thrown: unknown): string {
  if (isFailure(thrown)) return thrown.message
  if (!(thrown instanceof Error)) return 'Something unexpected happened.'
  return process.env['WATCHWORD_DEBUG'] === undefined
    ? `${thrown.message} (WATCHWORD_DEBUG=1 shows where.)`
    : (thrown.stack ?? thrown.message)
}

function leaveQuietlyWhenTheReaderLeaves(host: NodeJS.Process): void {
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    host.exit(exitCodes.ok)
  })
}
