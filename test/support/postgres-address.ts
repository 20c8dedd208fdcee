import { inject } from 'vitest'
import type { PostgresOfTheRun } from './postgres.ts'

/** The PostgreSQL server of this run; the first to ask starts it. */
export async function postgresOfTheRun(): Promise<PostgresOfTheRun> {
  const answer = await fetch(inject('postgresDoor'))
  const text = await answer.text()
  if (!answer.ok) throw new Error(`PostgreSQL did not start: ${text}`)
  return JSON.parse(text) as PostgresOfTheRun
}
