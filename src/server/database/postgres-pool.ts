import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import { isFailure } from '../../errors/failure.ts'
import { readablePostgresError } from './postgres-error.ts'

const { types } = pg
const { builtins } = types

/** The schema everything lives in. */
export const schemaName = 'watchword'

/** Any number, the same for every Watchword: all who write share this advisory lock, an upgrade of the schema has it alone. */
const writersLock = 0x57746377
/** The first statement of every transaction that writes. */
export const joinWriters = `select pg_advisory_xact_lock_shared(${writersLock})`
/** Waits until no transaction writes; those that begin meanwhile wait for the end of this one. */
export const waitForWriters = `select pg_advisory_xact_lock(${writersLock})`

/** What one of the storage's pools is for. */
export interface PoolOptions {
  readonly size: number
  /** Refuses writes, as the reading connection of SQLite does. */
  readonly readOnly?: boolean
  /** Statements are sent without waiting for the answer to the one before. */
  readonly pipeline?: boolean
  /** A statement that is not answered within this means that the line is dead: some networks swallow packets silently. */
  readonly patienceMs: number
}

/** bigint and numeric answers as numbers (we store nothing above 2^53), bytea as plain bytes. */
const readTypes: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: 'text' | 'binary') => {
    if (id === builtins.INT8 || id === builtins.NUMERIC) return Number
    if (id === builtins.BYTEA) return bytesFromText
    return types.getTypeParser(id, format === 'binary' ? 'binary' : 'text')
  },
}

/** Everything a connection of ours needs to know, for pools and for single clients. */
export function connectionConfig(url: string, options: Partial<Omit<PoolOptions, 'size'>> = {}): pg.ClientConfig {
  const settings = [`search_path=${schemaName}`, 'lock_timeout=5000', 'idle_in_transaction_session_timeout=30000']
  if (options.readOnly === true) settings.push('default_transaction_read_only=on')
  return {
    connectionString: verifiedAddress(url),
    application_name: 'watchword',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    types: readTypes,
    ...(options.pipeline === true ? { pipeline: true } : {}),
    ...(options.patienceMs === undefined ? {} : { query_timeout: options.patienceMs }),
  }
}

/**
 * The address with the server's certificate verified where it asks for TLS: the driver takes `require`, `prefer` and
 * `verify-ca` for that, but warns of it in each process. With `uselibpqcompat=true` they mean what libpq means.
 */
function verifiedAddress(url: string): string {
  if (/[?&]uselibpqcompat=true(?:&|$)/.test(url)) return url
  return url.replace(/([?&]sslmode=)(?:require|prefer|verify-ca)(?=&|$)/, '$1verify-full')
}

/** A pool whose idle connections may die without taking the server along. */
export function openPool(url: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ ...connectionConfig(url, options), max: options.size, idleTimeoutMillis: 60_000 })
  // A connection that dies is replaced at its next use; whoever was using it hears of it from its query. An error
  // event that nobody listens to would end the process, also while the connection is lent out.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** A pool as the query builder takes it: its failures are readable, and a connection that was lost is not used again. */
export function readablePool(pool: pg.Pool): PostgresPool {
  return { connect: () => connect(pool), end: () => pool.end(), options: pool.options }
}

async function connect(pool: pg.Pool): Promise<PostgresPoolClient> {
  const client = await pool.connect().catch((error: unknown) => {
    throw readablePostgresError(error)
  })
  let isLost = false
  const run = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(text, [...parameters])
    } catch (error) {
      const readable = readablePostgresError(error)
      isLost ||= isFailure(readable, 'database_away')
      throw readable
    }
  }
  function query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query(text: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof text !== 'string') throw new Error('Cursors are not in use here')
    return run(text, parameters)
  }
  return {
    query,
    release: (destroy) => client.release(isLost || destroy === true),
  }
}

function bytesFromText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
}
