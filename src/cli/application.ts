import { type Application, type ApplicationText, buildApplication, text_en } from '@stricli/core'
import packageJson from '../../package.json' with { type: 'json' }
import { isFailure } from '../errors/failure.ts'
import { type CliContext, programName } from './context.ts'
import { exitCodeOf } from './exit-codes.ts'
import { rootRoutes } from './routes.ts'

/** The command line as a whole, with only the module of the called command loaded. */
export async function application(called: string | undefined): Promise<Application<CliContext>> {
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
