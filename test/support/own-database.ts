import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { postgresOfTheRun } from './postgres-address.ts'
import { administer, databaseAt } from './postgres-template.ts'

/** A database that outlives a single test; whoever made it drops it. */
export interface OwnDatabase {
  readonly url: string
  drop(): Promise<void>
}

/** A fresh database on the PostgreSQL server of the run, or on the one whose maintenance database is given. */
export async function createOwnDatabase(server?: string): Promise<OwnDatabase> {
  const maintenance = server ?? (await postgresOfTheRun()).url
  const name = `watchword_own_${randomBytes(6).toString('hex')}`
  await administer(maintenance, `create database ${name}`)
  const drop = () => administer(maintenance, `drop database if exists ${name} with (force)`)
  return { url: databaseAt(maintenance, name), drop }
}

/** A lock on a table that keeps every verification waiting until it is released. */
export interface HeldTable {
  /** How many statements wait for a lock. */
  waiting(): Promise<number>
  release(): Promise<void>
}

/** Locks the states of all subjects, as a slow transaction of another server would. */
export async function holdSubjectStates(url: string): Promise<HeldTable> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin')
  await client.query('lock table watchword.subject_state in exclusive mode')
  return {
    waiting: async () => {
      const { rows } = await client.query<{ waiting: string }>(
        'select count(*) as waiting from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
      )
      return Number(rows[0]?.waiting)
    },
    release: async () => {
      await client.query('rollback')
      await client.end()
    },
  }
}
