import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { chosenSession } from '../chosen-session.ts'
import { credentialEnvironment, exportLines, type Shell } from '../credential-output.ts'
import type { SessionFlags } from '../flags.ts'
import { openHelper, regionOf, type AwsHelper } from '../helper.ts'
import type { ChosenSession } from '../chosen-session.ts'

// A profile or keys of the surrounding shell would win over what we hand in, or disagree with it.
const replaced = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
]

/** `watchword aws exec -- COMMAND`: runs a command, or without one a shell, with credentials in its environment. */
export async function exec(this: CliContext, flags: SessionFlags, ...command: string[]): Promise<void> {
  const [program, ...words] = command.length > 0 ? command : shellOf(this)
  const helper = await openHelper(this, flags, true)
  const session = await chosenSession(helper, flags)
  const inherited = Object.entries(this.env).filter(([name]) => !replaced.includes(name))
  const given = credentialEnvironment(session.credentials, regionFor(helper, session))
  this.setExitCode(await run(program ?? '', words, { ...Object.fromEntries(inherited), ...given }))
}

/** `watchword aws env`: the same environment as words for a shell. */
export async function env(this: CliContext, flags: SessionFlags & { readonly shell: Shell }): Promise<void> {
  const helper = await openHelper(this, flags, true)
  const session = await chosenSession(helper, flags)
  for (const line of exportLines(session.credentials, flags.shell, regionFor(helper, session))) this.print(line)
}

function regionFor(helper: AwsHelper, { region, roleArn }: ChosenSession): string {
  return region ?? regionOf(helper.settings, roleArn ?? undefined)
}

function shellOf(context: CliContext): string[] {
  if (!context.canAsk()) throw new Failure('aws_command_missing')
  return [process.platform === 'win32' ? (context.env['ComSpec'] ?? 'cmd.exe') : (context.env['SHELL'] ?? '/bin/sh')]
}

function run(
  program: string,
  words: readonly string[],
  environment: Record<string, string | undefined>,
): Promise<number> {
  const child = spawn(program, words, { env: environment, stdio: 'inherit' })
  // The terminal sends its signals to the command as well; it decides, and we report.
  const ignore = () => undefined
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, ignore)
  const pass = () => void child.kill('SIGTERM')
  process.on('SIGTERM', pass)
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      reject(new Failure('aws_command_not_found', { detail: { command: program, reason: cause.message }, cause }))
    })
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
