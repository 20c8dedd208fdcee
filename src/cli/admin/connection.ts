import { readFileSync } from 'node:fs'
import { type Client, createClient } from '../../client/client.ts'
import { Failure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'
import { type StoreFlags, storeFlags } from '../server-options.ts'

/** Flags of every administration command: a running server, or the store itself. */
export interface AdminFlags extends StoreFlags {
  readonly server?: string
  readonly tokenFile?: string
  readonly json: boolean
}

const text = (value: string) => value

/** The same for the command parser. */
export const adminFlags = {
  ...storeFlags,
  server: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'Running server to ask (WATCHWORD_SERVER)',
    placeholder: 'URL',
  },
  tokenFile: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'File with the token for it (WATCHWORD_TOKEN_FILE)',
    placeholder: 'FILE',
  },
  json: { kind: 'boolean', default: false, withNegated: false, brief: 'Answer as JSON' },
} as const

/**
 * Runs work with a client of the native API: of a running server where one is named, else of the store itself,
 * opened in this process as the operator. Servers that run on the same store notice within a second.
 */
export async function withAdminClient<T>(
  context: CliContext,
  flags: AdminFlags,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const server = serverOf(context, flags)
  if (server !== undefined) return work(createClient({ baseUrl: server, token: readToken(context, flags) }))
  const { openStoreClient } = await import('./store-client.ts')
  const store = await openStoreClient(context.env, flags)
  try {
    return await work(store.client)
  } finally {
    await store.close()
  }
}

/**
 * The server a command asks; undefined where it works on the store itself. A flag that names either wins over variables.
 *
 * @throws {@link Failure} `store_named_twice` when flags name both
 */
export function serverOf(context: CliContext, { server, dataDir, databaseUrl }: AdminFlags): string | undefined {
  const isStoreNamed = dataDir !== undefined || databaseUrl !== undefined
  if (server !== undefined && isStoreNamed) throw new Failure('store_named_twice')
  return server ?? (isStoreNamed ? undefined : context.env['WATCHWORD_SERVER'])
}

function readToken(context: CliContext, flags: AdminFlags): string {
  const file = flags.tokenFile ?? context.env['WATCHWORD_TOKEN_FILE']
  if (file === undefined) throw new Failure('token_file_missing')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file }, cause })
  }
}
