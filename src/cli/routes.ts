import { buildCommand, buildRouteMap, type Command, type RouteMap } from '@stricli/core'
import type { CliContext } from './context.ts'

/** What a module of commands exports: one command, or a map of them. */
export type Route = Command<CliContext> | RouteMap<CliContext>

/** A top-level command whose module is loaded only when it is called. */
interface LazyRoute {
  readonly brief: string
  readonly load: () => Promise<Route>
  readonly hidden?: boolean
}

const lazyRoutes: Readonly<Record<string, LazyRoute>> = {
  list: {
    brief: 'List the names of the stored accounts',
    load: async () => (await import('./agent/commands/list.ts')).listCommand,
  },
  get: {
    brief: 'Print the code of an account',
    load: async () => (await import('./agent/commands/get.ts')).getCommand,
  },
  watch: {
    brief: 'Show codes with a countdown',
    load: async () => (await import('./agent/commands/watch.ts')).watchCommand,
  },
  add: {
    brief: 'Store an account',
    load: async () => (await import('./agent/commands/add.ts')).addCommand,
  },
  show: {
    brief: 'Show what is stored about an account',
    load: async () => (await import('./agent/commands/show.ts')).showCommand,
  },
  edit: {
    brief: 'Change issuer, label, digits, period, algorithm, counter, tags or note',
    load: async () => (await import('./agent/commands/edit.ts')).editCommand,
  },
  rename: {
    brief: 'Give an account another name',
    load: async () => (await import('./agent/commands/rename.ts')).renameCommand,
  },
  rm: {
    brief: 'Remove an account',
    load: async () => (await import('./agent/commands/rm.ts')).rmCommand,
  },
  uri: {
    brief: 'Print the otpauth URI of an account, with its secret',
    load: async () => (await import('./agent/commands/uri.ts')).uriCommand,
  },
  qr: {
    brief: 'Show an account as a QR code, with its secret',
    load: async () => (await import('./agent/commands/qr.ts')).qrCommand,
  },
  verify: {
    brief: 'Compare an account with the code another app shows',
    load: async () => (await import('./agent/commands/verify.ts')).verifyCommand,
  },
  import: {
    brief: 'Take over the accounts of another authenticator',
    load: async () => (await import('./agent/commands/import.ts')).importCommand,
  },
  export: {
    brief: 'Write the accounts to a file, encrypted unless you say otherwise',
    load: async () => (await import('./agent/commands/export.ts')).exportCommand,
  },
  login: {
    brief: "Sign in at the team's server",
    load: async () => (await import('./agent/commands/login.ts')).loginCommand,
  },
  logout: {
    brief: "Sign out at the team's server",
    load: async () => (await import('./agent/commands/logout.ts')).logoutCommand,
  },
  push: {
    brief: "Put accounts of yours into the team's vault",
    load: async () => (await import('./agent/commands/push.ts')).pushCommand,
  },
  lock: {
    brief: 'Lock the store and every open web page of it',
    load: async () => (await import('./agent/commands/lock.ts')).lockCommand,
  },
  unlock: {
    brief: 'Unlock the store for the commands that follow',
    load: async () => (await import('./agent/commands/unlock.ts')).unlockCommand,
  },
  completions: {
    brief: 'Print the completion script of a shell',
    load: async () => (await import('./agent/commands/completions.ts')).completionsCommand,
  },
  recipients: {
    brief: 'Show and change who can read the store',
    load: async () => (await import('./agent/commands/recipients.ts')).recipientsRoutes,
  },
  agent: {
    brief: 'Set up the store of this computer, look after it, open it as a web page',
    load: async () => (await import('./agent/routes.ts')).agentRoutes,
  },
  aws: {
    brief: 'AWS credentials through Okta, and MFA devices of IAM users',
    load: async () => (await import('./aws/commands.ts')).awsRoutes,
  },
  serve: { brief: 'Run the server', load: async () => (await import('./serve.ts')).serveCommand },
  simpleotp: {
    brief: "Answer as simpleotp's command line did",
    load: async () => (await import('./agent/commands/simpleotp.ts')).simpleotpCommand,
    hidden: true,
  },
  complete: {
    brief: 'Answer a completion script',
    load: async () => (await import('./complete.ts')).completeCommand,
    hidden: true,
  },
  'key-keeper': {
    brief: 'Keep the key of an unlocked store',
    load: async () => (await import('./agent/commands/key-keeper.ts')).keyKeeperCommand,
    hidden: true,
  },
  'clear-clipboard': {
    brief: 'Clear a copied code later',
    load: async () => (await import('./agent/commands/clear-clipboard.ts')).clearClipboardCommand,
    hidden: true,
  },
  init: {
    brief: 'Make a store ready: keys, first administrator, root token',
    load: async () => (await import('./init.ts')).initCommand,
  },
  service: {
    brief: 'Services that prove themselves to each other by codes',
    load: async () => (await import('./service/routes.ts')).serviceRoutes,
  },
  doctor: {
    brief: 'Say what is wrong with a store or its configuration',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  gate: {
    brief: 'Rules and proxies of the gate',
    load: async () => (await import('./gate/commands.ts')).gateRoutes,
  },
  secret: {
    brief: 'Make bare secrets',
    load: async () => (await import('./secret/commands.ts')).secretRoutes,
  },
  backup: {
    brief: 'Encrypted copies of the store, and rehearsals of bringing them back',
    load: async () => (await import('./backup/commands.ts')).backupRoutes,
  },
  restore: {
    brief: 'Bring a backup back into an empty store',
    load: async () => (await import('./backup/commands.ts')).restoreCommand,
  },
  migrate: {
    brief: 'Move a SQLite store to PostgreSQL',
    load: async () => (await import('./backup/commands.ts')).migrateCommand,
  },
  admin: {
    brief: 'Administer people, groups, tokens, realms and accounts',
    load: async () => (await import('./admin/routes.ts')).adminRoutes,
  },
  keys: {
    brief: 'Show and rotate the keys that seal secrets',
    load: async () => (await import('./keys.ts')).keysRoutes,
  },
  audit: {
    brief: 'Read, verify, export and prune the audit',
    load: async () => (await import('./audit.ts')).auditRoutes,
  },
}

/**
 * The root route map, with only the module of one command loaded.
 *
 * The other commands are present by name and one line of help, so that `--help` and spelling corrections know them.
 *
 * @param called - the first command line argument
 */
export async function rootRoutes(called: string | undefined): Promise<RouteMap<CliContext>> {
  const routes: Record<string, Route> = {}
  for (const [name, route] of Object.entries(lazyRoutes)) {
    routes[name] = name === called ? await route.load() : placeholder(route.brief)
  }
  const hideRoute = Object.fromEntries(Object.entries(lazyRoutes).map(([name, { hidden }]) => [name, hidden === true]))
  return buildRouteMap<string, CliContext>({
    routes,
    docs: { brief: 'One-time passwords: codes at hand, verified, shared and guarded', fullDescription, hideRoute },
  })
}

const fullDescription = `One-time passwords: codes at hand, verified, shared and guarded.

simpleotp's spelling works too:
  watchword --command list|get|add   what to do (default list)
            --name NAME              the account
            --options LIST           default digits=6,digest=None,name=None,issuer=None,interval=30
            --mode raw|json          the code alone, or JSON (default json)`

function placeholder(brief: string): Command<CliContext> {
  return buildCommand<object, [], CliContext>({
    loader: () => Promise.reject(new Error('A placeholder of a command never runs')),
    parameters: {},
    docs: { brief },
  })
}
