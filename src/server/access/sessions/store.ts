import type { Selectable } from 'kysely'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { SessionTable } from '../../database/tables/logins.ts'
import type { Assurance, Factors } from '../../http/actor.ts'
import { keyBytes, keyText } from '../token-key.ts'

export type SessionKind = 'console' | 'gate'

/** What each request needs of a session; a hundred thousand of these stay in memory, so there is nothing else in it. */
export interface Session {
  readonly id: string
  readonly kind: SessionKind
  readonly personId: string
  readonly factors: Factors
  readonly authenticatedAtMs: number
  readonly expiresAtMs: number
  readonly idleMs: number
  /** When a passkey was last shown in it; absent when never. */
  readonly passkeyAtMs?: number
  /** What the provider said of the login; in console sessions alone. */
  readonly assurance?: Assurance
  /** As last written by this server or read from the table. */
  lastSeenAtMs: number
}

/** The rest of a session, read where it is shown or ended. */
export interface SessionRecord extends Session {
  readonly tokenHash: string
  readonly createdAtMs: number
  readonly address: string
  readonly userAgent: string
  readonly oidcSession: string | null
  readonly data: SessionData
}

/** What a sign-on left with the session: the id token for logout at the provider, and how surely it knew the person. */
export interface SessionData {
  readonly idToken?: string
  readonly assurance?: Assurance
  /** When a passkey was last shown, Unix milliseconds. */
  readonly passkeyAtMs?: number
  /** What the gate keeps with its sessions. */
  readonly gate?: Readonly<Record<string, string | number | boolean | null>>
}

export interface NewSession extends Session {
  readonly tokenHash: string
  readonly createdAtMs: number
  readonly address: string
  readonly userAgent: string
  readonly oidcSession: string | null
  readonly data: SessionData
}

/** Adds a session; of its token only the hash. */
export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx
    .insertInto('session')
    .values({
      id: session.id,
      kind: session.kind,
      token_hash: keyBytes(session.tokenHash),
      person_id: session.personId,
      factors: session.factors,
      authenticated_at_ms: session.authenticatedAtMs,
      created_at_ms: session.createdAtMs,
      last_seen_at_ms: session.lastSeenAtMs,
      expires_at_ms: session.expiresAtMs,
      idle_ms: session.idleMs,
      address: session.address,
      user_agent: session.userAgent,
      oidc_session: session.oidcSession,
      data: JSON.stringify(session.data),
    })
    .execute()
}

/** What each request needs of its session, ended by time or not: whoever asks compares. */
export async function sessionByHash(db: Queryable, tokenHash: string): Promise<Session | null> {
  const row = await db
    .selectFrom('session')
    .select([
      'id',
      'kind',
      'person_id',
      'factors',
      'authenticated_at_ms',
      'expires_at_ms',
      'idle_ms',
      'last_seen_at_ms',
      'data',
    ])
    .where('token_hash', '=', keyBytes(tokenHash))
    .executeTakeFirst()
  return row === undefined ? null : narrow(row)
}

/** Everything about a session, for lists and the audit. */
export async function sessionRecord(db: Queryable, id: string): Promise<SessionRecord | null> {
  const row = await db.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : recordFrom(row)
}

/** Which sessions a list or an end-all speaks of. */
export interface SessionFilter {
  readonly personId?: string | undefined
  readonly kind?: SessionKind | undefined
  readonly exceptId?: string | undefined
  readonly oidcSession?: string | undefined
  /** Hashes of tokens; none of them speak of no session. */
  readonly tokenHashes?: readonly string[] | undefined
}

/** Living sessions, newest first, before the pair of `before`. */
export async function listSessions(
  db: Queryable,
  filter: SessionFilter,
  page: { nowMs: number; limit: number; before?: { createdAtMs: number; id: string } | undefined },
): Promise<(SessionRecord & { username: string })[]> {
  let query = db
    .selectFrom('session')
    .innerJoin('person', 'person.id', 'session.person_id')
    .selectAll('session')
    .select('person.username')
    .where('session.expires_at_ms', '>', page.nowMs)
    .where((where) => where(where('session.last_seen_at_ms', '+', where.ref('session.idle_ms')), '>', page.nowMs))
    .orderBy('session.created_at_ms', 'desc')
    .orderBy('session.id', 'desc')
    .limit(page.limit)
  if (filter.personId !== undefined) query = query.where('session.person_id', '=', filter.personId)
  const { before } = page
  if (before !== undefined) {
    query = query.where((where) =>
      where.or([
        where('session.created_at_ms', '<', before.createdAtMs),
        where.and([where('session.created_at_ms', '=', before.createdAtMs), where('session.id', '<', before.id)]),
      ]),
    )
  }
  return (await query.execute()).map((row) => ({ ...recordFrom(row), username: row.username }))
}

/** Deletes sessions and answers what was deleted, so that caches can be told. */
export async function deleteSessions(
  tx: Tx,
  filter: SessionFilter & { id?: string },
): Promise<{ id: string; tokenHash: string; personId: string; kind: SessionKind }[]> {
  if (filter.tokenHashes?.length === 0) return []
  let query = tx.deleteFrom('session').returning(['id', 'token_hash', 'person_id', 'kind'])
  if (filter.id !== undefined) query = query.where('id', '=', filter.id)
  if (filter.personId !== undefined) query = query.where('person_id', '=', filter.personId)
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
  if (filter.exceptId !== undefined) query = query.where('id', '!=', filter.exceptId)
  if (filter.oidcSession !== undefined) query = query.where('oidc_session', '=', filter.oidcSession)
  if (filter.tokenHashes !== undefined) query = query.where('token_hash', 'in', filter.tokenHashes.map(keyBytes))
  const rows = await query.execute()
  return rows.map((row) => ({
    id: row.id,
    tokenHash: keyText(row.token_hash),
    personId: row.person_id ?? '',
    kind: kindOf(row.kind),
  }))
}

/**
 * Moves the moment of the last full proof, and adds to the data of the session what is given; answers the hash whose
 * cached entry is now old, or null.
 */
export async function proveSession(
  tx: Tx,
  id: string,
  { authenticatedAtMs, factors, adding }: { authenticatedAtMs: number; factors?: Factors; adding?: SessionData },
): Promise<string | null> {
  const row = await tx
    .updateTable('session')
    .set({ authenticated_at_ms: authenticatedAtMs, ...(factors === undefined ? {} : { factors }) })
    .where('id', '=', id)
    .returning(['token_hash', 'data'])
    .executeTakeFirst()
  if (row === undefined) return null
  if (adding !== undefined) {
    // Ours until the transaction ends: what another proof added stays.
    const data = JSON.stringify({ ...(JSON.parse(row.data) as SessionData), ...adding })
    await tx.updateTable('session').set({ data }).where('id', '=', id).execute()
  }
  return keyText(row.token_hash)
}

/** Whether a session has not been ended. Until the transaction ends nobody can end it. */
export async function holdSession(tx: Tx, id: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.updateTable('session').set({ id }).where('id', '=', id).executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Notes when sessions were last used; a moment that lies before the one noted changes nothing. */
export async function touchSessions(tx: Tx, tokenHashes: readonly string[], nowMs: number): Promise<void> {
  if (tokenHashes.length === 0) return
  await tx
    .updateTable('session')
    .set({ last_seen_at_ms: nowMs })
    .where('token_hash', 'in', tokenHashes.map(keyBytes))
    .where('last_seen_at_ms', '<', nowMs)
    .execute()
}

/** Removes up to `limit` sessions that are over; answers how many. */
export async function deleteOverSessions(tx: Tx, nowMs: number, limit: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('session')
    .where('id', 'in', (where) =>
      where
        .selectFrom('session')
        .select('id')
        .where((over) =>
          over.or([
            over('expires_at_ms', '<=', nowMs),
            over(over('last_seen_at_ms', '+', over.ref('idle_ms')), '<=', nowMs),
          ]),
        )
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}

type NarrowRow = Pick<
  Selectable<SessionTable>,
  | 'id'
  | 'kind'
  | 'person_id'
  | 'factors'
  | 'authenticated_at_ms'
  | 'expires_at_ms'
  | 'idle_ms'
  | 'last_seen_at_ms'
  | 'data'
>

function narrow(row: NarrowRow): Session {
  const { passkeyAtMs, assurance } = JSON.parse(row.data) as SessionData
  const kind = kindOf(row.kind)
  return {
    id: row.id,
    kind,
    personId: row.person_id ?? '',
    factors: row.factors === 'two' ? 'two' : 'one',
    authenticatedAtMs: row.authenticated_at_ms,
    expiresAtMs: row.expires_at_ms,
    idleMs: row.idle_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    ...(passkeyAtMs === undefined ? {} : { passkeyAtMs }),
    ...(assurance === undefined || kind === 'gate' ? {} : { assurance }),
  }
}

function recordFrom(row: Selectable<SessionTable>): SessionRecord {
  return {
    ...narrow(row),
    tokenHash: keyText(row.token_hash),
    createdAtMs: row.created_at_ms,
    address: row.address,
    userAgent: row.user_agent,
    oidcSession: row.oidc_session,
    data: JSON.parse(row.data) as SessionData,
  }
}

// An unknown kind is a gate session: it opens the least.
function kindOf(text: string): SessionKind {
  return text === 'console' ? 'console' : 'gate'
}
