import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { migratePostgres } from '../../src/server/database/migrate-postgres.ts'

/** A database that others are copied from; nobody may be connected to it meanwhile. */
export interface Template {
  readonly name: string
  drop(): Promise<void>
}

/** Makes a database with our newest schema: a copy of it is there sooner than all its tables are made anew. */
export async function makeTemplate(server: string): Promise<Template> {
  const name = `watchword_template_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name}`)
  await migratePostgres(databaseAt(server, name))
  return { name, drop: () => administer(server, `drop database if exists ${name} with (force)`) }
}

/** The address of another database of the same server. */
export function databaseAt(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Runs one statement in the maintenance database of a server. */
export async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
