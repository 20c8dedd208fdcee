import type { Person } from '../../../api/people.ts'
import { type AccessContext, nowMs } from '../context.ts'
import { everyone } from '../groups/everyone.ts'
import { highestRole } from './directory.ts'
import { passkeyCounts, waitingLogins } from './factor-store.ts'
import { membershipsOf, type PersonRow } from './store.ts'

/** People as the API shows them, with a query for each kind of thing about them, for any number of people. */
export async function showPeople(context: AccessContext, rows: readonly PersonRow[]): Promise<Person[]> {
  const ids = rows.map((row) => row.id)
  const { db } = context.storage
  const atMs = nowMs(context)
  const [memberships, passkeys, codes, locked, waiting] = [
    await membershipsOf(db, ids),
    await passkeyCounts(db, ids),
    await context.codes.active(ids),
    await context.codes.locked(ids, atMs),
    new Set(await waitingLogins(db, ids, atMs)),
  ]
  return rows.map((row) => {
    const groups = memberships.get(row.id) ?? []
    return {
      id: row.id,
      username: row.username,
      displayName: row.displayName,
      email: row.email,
      source: row.source,
      role: highestRole([row.role, ...groups.map((group) => group.role)]),
      enabled: row.enabled,
      groups: [everyone, ...groups].map(({ id, name }) => ({ id, name })),
      hasCode: codes.has(row.id),
      passkeyCount: passkeys.get(row.id) ?? 0,
      locked: locked.has(row.id) || waiting.has(row.id),
      lastSeenAtMs: row.lastSeenAtMs,
      createdAtMs: row.createdAtMs,
    }
  })
}

/** One person as the API shows them. */
export async function showPerson(context: AccessContext, row: PersonRow): Promise<Person> {
  const [person] = await showPeople(context, [row])
  if (person === undefined) throw new Error('one row makes one person')
  return person
}
