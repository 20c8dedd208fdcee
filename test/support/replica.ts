import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.ts'
import type { OwnPostgres } from './postgres.ts'
import { until } from './until.ts'

/** A copy that follows a PostgreSQL server and can take its place. */
export interface Replica {
  readonly port: number
  /** Ends the following: it takes writes from now on. */
  promote(): Promise<void>
  stop(): Promise<void>
}

/** Starts a replica of a running server, and lets no commit there be acknowledged before the replica has it. */
export async function startReplica(primary: OwnPostgres): Promise<Replica> {
  const parent = mkdtempSync(join(tmpdir(), 'watchword-replica-'))
  const folder = join(parent, 'data')
  await copyRunning(primary, folder)
  const { uid, gid } = statSync(primary.folder)
  chownSync(parent, uid, gid)
  const port = await freePort()
  const options = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=400',
    'fsync=off',
  ]
  const program = readlinkSync(`/proc/${postmasterOf(primary.folder)}/exe`)
  const child = spawn(program, ['-D', folder, ...options.flatMap((option) => ['-c', option])], {
    uid,
    gid,
    stdio: 'ignore',
  })
  const address = new URL(primary.url)
  address.port = String(port)
  await until(() =>
    ask(address.href, 'select 1').then(
      () => true,
      () => false,
    ),
  )
  await ask(primary.url, `alter system set synchronous_standby_names = '*'`)
  await ask(primary.url, 'select pg_reload_conf()')
  const following = `select 1 from pg_stat_replication where sync_state in ('sync', 'quorum')`
  await until(async () => (await ask(primary.url, following)).length === 1)
  return {
    port,
    promote: async () => void (await ask(address.href, 'select pg_promote()')),
    stop: async () => {
      child.kill('SIGINT')
      if (child.exitCode === null) await once(child, 'exit')
      rmSync(parent, { recursive: true, force: true })
    },
  }
}

// https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
async function copyRunning(primary: OwnPostgres, folder: string): Promise<void> {
  const client = new pg.Client({ connectionString: primary.url })
  await client.connect()
  await client.query(`select pg_backup_start('replica', true)`)
  const { status, stderr } = spawnSync('cp', ['-a', primary.folder, folder], { encoding: 'utf8' })
  // A file that went away while it was copied comes back from the log.
  if (status !== 0 && !stderr.includes('No such file')) throw new Error(stderr)
  const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)')
  await client.end()
  rmSync(join(folder, 'postmaster.pid'))
  const { hostname, port, username, password } = new URL(primary.url)
  const source = `host=${hostname} port=${port} user=${username} password=${password}`
  writeFileSync(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`)
  writeFileSync(join(folder, 'standby.signal'), '')
  writeFileSync(join(folder, 'backup_label'), rows[0]?.labelfile ?? '')
  const { uid, gid } = statSync(primary.folder)
  for (const name of ['postgresql.auto.conf', 'standby.signal', 'backup_label']) chownSync(join(folder, name), uid, gid)
}

function postmasterOf(folder: string): string {
  return readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0] ?? ''
}

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
