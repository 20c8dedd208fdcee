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
import { type CliContext, createContext, programName } from './context.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { asksForJson, toldFailure, type ToldFailure, toldTogether, toldUsage } from './told-failure.ts'

/** How a failure is written where the parser writes it. */
type Tell = (failure: ToldFailure) => string

const sentenceOf: Tell = ({ message }) => `${programName}: ${message}`

/** The command line over some commands: how arguments are written and failures are told. */
export function applicationOf(root: RouteMap<CliContext>, tell: Tell = sentenceOf): Application<CliContext> {
  return buildApplication<CliContext>(root, {
    name: programName,
    versionInfo: { currentVersion: packageJson.version },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { caseStyle: 'convert-camel-to-kebab' },
    localization: { text: textBy(tell) },
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
  const exitCode = asksForJson(inputs)
    ? await runForJson(context, root, inputs)
    : await runFor(context, applicationOf(root), inputs)
  if (exitCode !== exitCodes.ok) host.exitCode = exitCode < 0 ? exitCodeOfParser(exitCode) : exitCode
}

async function runFor(context: CliContext, app: Application<CliContext>, inputs: readonly string[]): Promise<number> {
  await run(app, inputs, context)
  return Number(context.process.exitCode ?? exitCodes.ok)
}

/** The parser writes a line for each thing it does not understand; who asked for JSON gets one object for all of them. */
async function runForJson(context: CliContext, root: RouteMap<CliContext>, inputs: readonly string[]): Promise<number> {
  const told: ToldFailure[] = []
  const app = applicationOf(root, (failure) => {
    told.push(failure)
    return ''
  })
  const silent = { ...context.process, stderr: { write: () => {} } }
  const exitCode = await runFor({ ...context, process: silent }, app, inputs)
  if (told.length > 0) context.sayJson(toldTogether(told))
  return exitCode
}

/** The parser's own codes are negative: an unknown command or a wrong argument is a usage error, a lost help text none. */
function exitCodeOfParser(code: number): number {
  return code === ExitCode.IntegrationError ? exitCodes.general : exitCodes.usage
}

function textBy(tell: Tell): ApplicationText {
  const failed = (thrown: unknown) => tell(toldFailure(thrown))
  const formatException = (thrown: unknown) => toldFailure(thrown).message
  return {
    ...text_en,
    noCommandRegisteredForInput: (args) =>
      tell(toldUsage(text_en.noCommandRegisteredForInput({ ...args, ansiColor: false }))),
    exceptionWhileParsingArguments: (thrown) =>
      tell(toldUsage(text_en.exceptionWhileParsingArguments.call({ formatException }, thrown, false))),
    exceptionWhileLoadingCommandFunction: failed,
    exceptionWhileLoadingCommandContext: failed,
    exceptionWhileRunningCommand: failed,
    exceptionWhileRunningIntegrationHook: ({ exception }) => failed(exception),
    exceptionWhileRunningIntegrationFlag: ({ exception }) => failed(exception),
    commandErrorResult: failed,
  }
}
