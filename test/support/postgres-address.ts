import { inject } from 'vitest'

/** Address of the PostgreSQL server of this run; the first to ask starts it. */
export async function postgresAddress(): Promise<string> {
  const answer = await fetch(inject('postgresDoor'))
  const text = await answer.text()
  if (!answer.ok) throw new Error(`PostgreSQL did not start: ${text}`)
  return text
}
