import { buildCommand, buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import type { AssumeRoleFlags } from './commands/assume-role.ts'
import type { ConsoleFlags } from './commands/console.ts'
import type { RefreshFlags } from './commands/refresh.ts'
import {
  asText,
  formatFlag,
  jsonFlag,
  placeFlags,
  portFlag,
  secondsFlag,
  sessionFlags,
  shellFlag,
  switchFlag,
  textFlag,
  whoseFlags,
  type CredentialFormat,
  type SessionFlags,
} from './flags.ts'
import type { PlaceFlags } from './helper.ts'
import { initCommand } from './init-command.ts'
import { mfaRoutes } from './mfa-routes.ts'
import type { Shell } from './credential-output.ts'

const whoseCredentials = { ...whoseFlags, ...sessionFlags, ...placeFlags }

/** `refresh`, also under the old program's name. */
const refreshCommand = buildCommand<RefreshFlags, [], CliContext>({
  loader: async () => (await import('./commands/refresh.ts')).refresh,
  parameters: {
    flags: {
      dryRun: switchFlag('Show what would change, and write nothing'),
      configFile: switchFlag('Write to the config file instead of the credentials file'),
      undo: switchFlag('Bring the files back as they were before the last refresh'),
      lookUpAliases: switchFlag("Ask AWS's role chooser for the accounts' aliases"),
      json: jsonFlag,
      ...placeFlags,
    },
  },
  docs: { brief: 'Write one profile per role that Okta offers' },
})

/** `get-cred`, also under the old program's name. */
const getCredCommand = buildCommand<SessionFlags & { format: CredentialFormat }, [], CliContext>({
  loader: async () => (await import('./commands/credential-process.ts')).getCred,
  parameters: { flags: { format: formatFlag, ...whoseCredentials } },
  docs: { brief: 'Print credentials as JSON, for a shell, or as a section of a credentials file' },
})

/** `export-cred`, also under the old program's name. */
const exportCredCommand = buildCommand<SessionFlags, [], CliContext>({
  loader: async () => (await import('./commands/credential-process.ts')).exportCred,
  parameters: { flags: whoseCredentials },
  docs: { brief: 'Print credentials for the eval of a shell' },
})

/** `assume-role`, also under the old program's name. */
const assumeRoleCommand = buildCommand<AssumeRoleFlags, [], CliContext>({
  loader: async () => (await import('./commands/assume-role.ts')).assumeRole,
  parameters: {
    flags: {
      fromRoleArn: textFlag('The first role, from Okta', 'arn'),
      fromProfile: textFlag('The profile of the first credentials', 'name'),
      toRoleArn: { kind: 'parsed', parse: asText, brief: 'The second role', placeholder: 'arn' },
      format: formatFlag,
      durationSeconds: secondsFlag('How long the session shall last; after another role an hour at most', 900, 43_200),
      sessionName: textFlag('The name of the session', 'name'),
      externalId: textFlag('The external id that the role asks for', 'id'),
      sourceIdentity: textFlag('Who is behind it, for the trail', 'name'),
      tag: {
        kind: 'parsed',
        parse: asText,
        variadic: true,
        optional: true,
        brief: 'A session tag, KEY=VALUE',
        placeholder: 'tag',
      },
      policy: textFlag('A session policy as JSON, which narrows the rights', 'json'),
      ...placeFlags,
    },
  },
  docs: { brief: 'Take a second role with the credentials of a first' },
})

const credentialProcessCommand = buildCommand<SessionFlags, [], CliContext>({
  loader: async () => (await import('./commands/credential-process.ts')).credentialProcess,
  parameters: { flags: whoseCredentials },
  docs: { brief: 'Answer the credential_process of a profile; never asks' },
})

const execCommand = buildCommand<SessionFlags, string[], CliContext>({
  loader: async () => (await import('./commands/exec.ts')).exec,
  parameters: {
    flags: whoseCredentials,
    positional: {
      kind: 'array',
      parameter: { brief: 'The command and its words, after --', parse: asText, placeholder: 'command' },
    },
  },
  docs: { brief: 'Run a command, or a shell, with credentials in its environment' },
})

const envCommand = buildCommand<SessionFlags & { shell: Shell }, [], CliContext>({
  loader: async () => (await import('./commands/exec.ts')).env,
  parameters: { flags: { shell: shellFlag, ...whoseCredentials } },
  docs: { brief: 'Print the environment for sh, fish or PowerShell' },
})

const consoleCommand = buildCommand<ConsoleFlags, [], CliContext>({
  loader: async () => (await import('./commands/console.ts')).consoleCommand,
  parameters: {
    flags: {
      destination: textFlag('A service such as s3, or an address of the console', 'service'),
      region: textFlag('The region to show', 'name'),
      print: switchFlag('Print the address instead of opening it; it is good for 15 minutes, and a secret'),
      serve: switchFlag('Serve /awslogin?profile=NAME on loopback'),
      port: portFlag('The port of --serve (default: 1999)'),
      ...whoseCredentials,
    },
  },
  docs: { brief: 'Open the AWS console, signed in' },
})

const rolesCommand = buildCommand<PlaceFlags & { json: boolean }, [], CliContext>({
  loader: async () => (await import('./commands/roles.ts')).roles,
  parameters: { flags: { json: jsonFlag, ...placeFlags } },
  docs: { brief: 'List the roles that Okta offers' },
})

const clearCommand = buildCommand<PlaceFlags, [], CliContext>({
  loader: async () => (await import('./commands/clear.ts')).clear,
  parameters: { flags: placeFlags },
  docs: { brief: 'Forget cached credentials and sessions' },
})

const statusCommand = buildCommand<PlaceFlags & { json: boolean }, [], CliContext>({
  loader: async () => (await import('./commands/status.ts')).status,
  parameters: { flags: { json: jsonFlag, ...placeFlags } },
  docs: { brief: 'Show what is set up and how long credentials last' },
})

/** `watchword aws …`. What a command does is loaded only when it is called. */
export const awsRoutes = buildRouteMap<string, CliContext>({
  routes: {
    init: initCommand,
    refresh: refreshCommand,
    'credential-process': credentialProcessCommand,
    'get-cred': getCredCommand,
    'export-cred': exportCredCommand,
    'assume-role': assumeRoleCommand,
    exec: execCommand,
    env: envCommand,
    console: consoleCommand,
    roles: rolesCommand,
    clear: clearCommand,
    status: statusCommand,
    mfa: mfaRoutes,
  },
  docs: { brief: 'AWS credentials through Okta, and MFA devices of IAM users' },
})
