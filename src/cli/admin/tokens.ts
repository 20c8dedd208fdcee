import { buildCommand, buildRouteMap } from '@stricli/core'
import type { Static } from 'typebox'
import * as api from '../../api/tokens.ts'
import { readAccount } from '../../api/accounts.ts'
import { readRealm } from '../../api/realms.ts'
import type { Client } from '../../client/client.ts'
import { isFailure } from '../../errors/failure.ts'
import { parseMoment } from './moment.ts'
import type { CliContext } from '../context.ts'
import { type AdminFlags, adminFlags, withAdminClient } from './connection.ts'

type Token = Static<typeof api.Token>

interface CreateFlags extends AdminFlags {
  readonly scope: readonly string[]
  readonly until?: number
  readonly gateHost?: readonly string[]
  readonly gatePath?: readonly string[]
  readonly gateMethod?: readonly string[]
  readonly gateTwoFactor: boolean
}

const text = (value: string) => value

const oneToken = {
  kind: 'tuple',
  parameters: [{ brief: 'Id of the token', parse: text, placeholder: 'ID' }],
} as const

const listCommand = buildCommand<AdminFlags, [], CliContext>({
  func: list,
  parameters: { flags: adminFlags },
  docs: { brief: 'List all tokens', fullDescription: 'Example:\n  watchword admin tokens list --json' },
})

function listFlag(brief: string, placeholder: string) {
  return { kind: 'parsed', parse: text, variadic: ',', optional: true, brief, placeholder } as const
}

const gateFlags = {
  gateHost: listFlag('For gate:NAME: hosts it passes to, such as app.example.com or *.example.com', 'HOST'),
  gatePath: listFlag('… paths and what lies below them; / unless given', 'PATH'),
  gateMethod: listFlag('… methods; all unless given', 'METHOD'),
  gateTwoFactor: {
    kind: 'boolean',
    default: false,
    withNegated: false,
    brief: '… also where a rule asks for two factors',
  },
} as const

const createCommand = buildCommand<CreateFlags, [string], CliContext>({
  func: create,
  parameters: {
    flags: {
      ...adminFlags,
      scope: {
        kind: 'parsed',
        parse: text,
        variadic: ',',
        brief:
          'What it opens: verify:REALM, explain:REALM, enrol:REALM, reveal:ACCOUNT, audit, metrics, door:NAME, gate:NAME, admin',
        placeholder: 'SCOPE',
      },
      until: { kind: 'parsed', parse: parseMoment, optional: true, brief: 'When it ends', placeholder: 'DATE' },
      ...gateFlags,
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'What the token is for', parse: text, placeholder: 'NAME' }],
    },
  },
  docs: {
    brief: 'Make a service token; it is printed this once',
    fullDescription:
      'Examples:\n  watchword admin tokens create shop --scope verify:shop,enrol:shop\n  watchword admin tokens create ci --scope reveal:5f0c --until 2027-01-01 > ci.token\n  watchword admin tokens create backup --scope gate:wiki --gate-host wiki.example.com --gate-path /api/ --gate-method GET',
  },
})

/** A command about one token that needs no more than its id. */
function tokenCommand(
  act: (client: Client, id: string) => Promise<object>,
  done: string,
  brief: string,
  example: string,
) {
  return buildCommand<AdminFlags, [string], CliContext>({
    func: async function run(this: CliContext, flags: AdminFlags, id: string): Promise<void> {
      const answer = await withAdminClient(this, flags, (client) => act(client, id))
      if (flags.json) return this.printJson(answer)
      this.say(`The token is ${done}.`)
    },
    parameters: { flags: adminFlags, positional: oneToken },
    docs: { brief, fullDescription: `${brief}.\n\nExample:\n  watchword admin tokens ${example}` },
  })
}

const enable = (enabled: boolean) => (client: Client, id: string) =>
  client.call(api.updateToken, { params: { token: id }, body: { enabled } })

/** `watchword admin tokens`: what opens the API to programs. */
export const tokenRoutes = buildRouteMap<string, CliContext>({
  routes: {
    list: listCommand,
    create: createCommand,
    disable: tokenCommand(enable(false), 'disabled', 'Refuse a token until it is enabled again', 'disable 5f0c…'),
    enable: tokenCommand(enable(true), 'enabled', 'Let a disabled token open again', 'enable 5f0c…'),
    delete: tokenCommand(
      async (client, id) => {
        await client.call(api.deleteToken, { params: { token: id } })
        return { deleted: id }
      },
      'ended',
      'End a token for good',
      'delete 5f0c…',
    ),
  },
  docs: { brief: 'Administer tokens' },
})

async function list(this: CliContext, flags: AdminFlags): Promise<void> {
  const tokens = await withAdminClient(this, flags, allTokens)
  if (flags.json) return this.printJson({ items: tokens })
  if (tokens.length === 0) return this.say('There are no tokens.')
  for (const token of tokens) this.print(lineOf(token))
}

async function create(this: CliContext, { scope, until, ...flags }: CreateFlags, name: string): Promise<void> {
  const ending = until === undefined ? {} : { expiresAtMs: until }
  const body = { name, owner: 'service' as const, scopes: [...scope], ...ending, ...limitsOf(flags) }
  const { made, missing } = await withAdminClient(this, flags, async (client) => ({
    missing: await scopesOfNothing(client, scope),
    made: await client.call(api.createToken, { body }),
  }))
  for (const scope of missing) this.say(`${scope} opens nothing yet: there is no such realm or account`)
  if (flags.json) return this.printJson(made)
  this.print(made.token)
  this.say(`Token ${made.id} for ${made.name}. It is not shown again.`)
}

// Any of these flags means a token for the gate; the server says what is missing.
function limitsOf({ gateHost, gatePath, gateMethod, gateTwoFactor }: Partial<CreateFlags>) {
  if (gateHost === undefined && gatePath === undefined && gateMethod === undefined && gateTwoFactor !== true) return {}
  const hosts = [...(gateHost ?? [])]
  const [paths, methods] = [[...(gatePath ?? ['/'])], [...(gateMethod ?? ['*'])]]
  return { gateLimits: { hosts, paths, methods, twoFactor: gateTwoFactor === true } }
}

/** The scopes that name a realm or an account which is not there: allowed, since it may come, but rarely meant. */
async function scopesOfNothing(client: Client, scopes: readonly string[]): Promise<string[]> {
  const missing = []
  for (const scope of scopes) {
    const [, kind, name] = /^(verify|explain|enrol|reveal|manage):(.+)$/.exec(scope) ?? []
    if (name === undefined || name === '*') continue
    const isAccount = kind === 'reveal' || kind === 'manage'
    const look = isAccount
      ? client.call(readAccount, { params: { account: name } })
      : client.call(readRealm, { params: { realm: name } })
    if (!(await isThere(look))) missing.push(scope)
  }
  return missing
}

async function isThere(look: Promise<unknown>): Promise<boolean> {
  try {
    await look
    return true
  } catch (error) {
    // What may not be looked at is there, or the making of the token is refused for its own reason.
    if (isFailure(error, 'client_refused')) return error.detail['status'] !== 404
    throw error
  }
}

async function allTokens(client: Client): Promise<Token[]> {
  const tokens: Token[] = []
  let cursor: string | undefined
  do {
    const page = await client.call(api.listTokens, {
      query: { all: true, ...(cursor === undefined ? {} : { cursor }) },
    })
    tokens.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return tokens
}

function lineOf({ id, name, owner, scopes, gateLimits, expiresAtMs, enabled }: Token): string {
  const until = expiresAtMs === null ? '' : `until ${new Date(expiresAtMs).toISOString()}`
  const reach = gateLimits === null ? '' : [gateLimits.hosts, gateLimits.paths, gateLimits.methods].join(' ')
  return [id, name, owner, scopes.join(','), reach, until, enabled ? '' : 'disabled']
    .filter((part) => part !== '')
    .join('  ')
}
