import { randomUUID } from 'node:crypto'
import { Failure } from '../../../errors/failure.ts'
import type { Storage, Tx } from '../../database/storage.ts'
import type { Factors } from '../../http/actor.ts'
import type { Services } from '../../http/services.ts'
import { FreshCache } from '../fresh-cache.ts'
import { newToken } from '../../../crypto/token.ts'
import { tokenKey } from '../token-key.ts'
import type { Directory, KnownPerson } from '../people/directory.ts'
import { markSeen } from '../people/store.ts'
import { isExpired, isIdle, isWorthTouching, type SessionLimits } from './limits.ts'
import { RecentKeys } from './recent-keys.ts'
import * as store from './store.ts'

/** Kind of change that ends a cached session; the object id is the hash of its token. */
const sessionChange = 'session'

/** A login about to become a session. */
export interface Login {
  readonly kind: store.SessionKind
  readonly personId: string
  readonly factors: Factors
  readonly address: string
  readonly userAgent: string
  readonly limits: SessionLimits
  readonly oidcSession?: string
  readonly data?: store.SessionData
  /** When the person was proved, where that was before this moment. */
  readonly authenticatedAtMs?: number
}

/** A session that is alive, and its person, who is neither gone nor disabled. */
export interface LiveSession {
  readonly session: store.Session
  readonly person: KnownPerson
}

const maxSessionsKept = 200_000
const maxIdsShared = 10_000
const flushEveryMs = 10_000
const sweepEveryMs = 60_000
/** Rows of one statement: a transaction of this size is over before anybody notices. */
const rowsAtOnce = 500

/** Logins, kept hashed in the table and ready in memory. */
export class Sessions {
  readonly #storage: Storage
  readonly #services: Services
  readonly #directory: Directory
  readonly #cache: FreshCache<store.Session>
  readonly #touched = new Map<string, string>()
  readonly #recentKeys = new RecentKeys()
  readonly #personIds = new Map<string, string>()
  readonly #stopForgetting: () => void
  readonly #timers: NodeJS.Timeout[]

  constructor(storage: Storage, services: Services, directory: Directory) {
    this.#storage = storage
    this.#services = services
    this.#directory = directory
    this.#cache = new FreshCache({
      changes: storage.changes,
      kind: sessionChange,
      load: async (tokenHash) => this.#sharingId(await store.sessionByHash(storage.db, tokenHash)),
      maxEntries: maxSessionsKept,
    })
    this.#stopForgetting = storage.changes.listen(({ kind }) => {
      if (kind === sessionChange) this.#recentKeys.forget()
    })
    this.#timers = [
      setInterval(() => void this.#quietly(() => this.flush()), flushEveryMs),
      setInterval(() => void this.#quietly(() => this.sweep()), sweepEveryMs),
    ]
    for (const timer of this.#timers) timer.unref()
  }

  /** Begins a session in the transaction that audits the login; its token is told this once. */
  async begin(tx: Tx, login: Login): Promise<{ id: string; token: string; expiresAtMs: number }> {
    const nowMs = this.#services.clock.nowMs()
    const token = newToken()
    const session: store.NewSession = {
      id: randomUUID(),
      kind: login.kind,
      tokenHash: tokenKey(token),
      personId: login.personId,
      factors: login.factors,
      authenticatedAtMs: Math.min(nowMs, login.authenticatedAtMs ?? nowMs),
      createdAtMs: nowMs,
      lastSeenAtMs: nowMs,
      expiresAtMs: nowMs + login.limits.absoluteMs,
      idleMs: login.limits.idleMs,
      address: login.address,
      userAgent: login.userAgent.slice(0, 512),
      oidcSession: login.oidcSession ?? null,
      data: login.data ?? {},
    }
    await store.insertSession(tx, session)
    return { id: session.id, token, expiresAtMs: session.expiresAtMs }
  }

  /** The hash of a token; of one that opens a session known here it is remembered for a minute at most. */
  keyOf(token: string): string {
    return this.#recentKeys.of(token, this.#isHeld)
  }

  /**
   * The living session of a token's hash and its person, or null. Answers at once from memory; a promise where
   * the database has to say.
   */
  look(tokenHash: string): LiveSession | null | Promise<LiveSession | null> {
    const session = this.#cache.get(tokenHash)
    if (session instanceof Promise) return session.then((found) => this.#live(tokenHash, found))
    return this.#live(tokenHash, session)
  }

  /** Everything about one session, for whoever shows or ends it. */
  record(id: string): Promise<store.SessionRecord | null> {
    return store.sessionRecord(this.#storage.db, id)
  }

  list(filter: store.SessionFilter, page: { limit: number; before?: { createdAtMs: number; id: string } | undefined }) {
    return store.listSessions(this.#storage.db, filter, { ...page, nowMs: this.#services.clock.nowMs() })
  }

  /** Ends the sessions of a filter, on every server; answers what was ended. */
  async end(tx: Tx, filter: store.SessionFilter & { id?: string }) {
    const ended = await store.deleteSessions(tx, filter)
    for (const { tokenHash } of ended) await this.#tell(tx, tokenHash)
    return ended
  }

  /**
   * Notes a fresh proof of who is there; `adding` joins what is kept with the session.
   *
   * @throws {@link Failure} `login_needed` when the session was ended meanwhile
   */
  async prove(
    tx: Tx,
    id: string,
    proof: { authenticatedAtMs: number; factors?: Factors; adding?: store.SessionData },
  ): Promise<void> {
    const tokenHash = await store.proveSession(tx, id, proof)
    if (tokenHash === null) throw new Failure('login_needed')
    await this.#tell(tx, tokenHash)
  }

  /** Writes when sessions and their people were last seen; what could not be written is noted still. */
  async flush(): Promise<void> {
    const nowMs = this.#services.clock.nowMs()
    while (this.#touched.size > 0) {
      // Not the whole map each time: with a hundred thousand sessions that left hundreds of megabytes to collect.
      const some: [tokenHash: string, personId: string][] = []
      for (const each of this.#touched) if (some.push(each) === rowsAtOnce) break
      for (const [tokenHash] of some) this.#touched.delete(tokenHash)
      try {
        await this.#storage.transaction((tx) => this.#writeSeen(tx, some, nowMs))
      } catch (error) {
        for (const [tokenHash, personId] of some) this.#touched.set(tokenHash, personId)
        throw error
      }
    }
  }

  async #writeSeen(tx: Tx, seen: readonly [tokenHash: string, personId: string][], nowMs: number): Promise<void> {
    // People first, as everybody does who holds both: the other way round each of two could wait for the other.
    await markSeen(tx, [...new Set(seen.map(([, personId]) => personId))], nowMs)
    await store.touchSessions(
      tx,
      seen.map(([tokenHash]) => tokenHash),
      nowMs,
    )
  }

  /** Removes what is over from memory and table. */
  async sweep(): Promise<void> {
    const nowMs = this.#services.clock.nowMs()
    this.#recentKeys.forget()
    this.#cache.drop((session) => isExpired(session, nowMs) || isIdle(session, nowMs))
    let removed = rowsAtOnce
    while (removed === rowsAtOnce) {
      removed = await this.#storage.transaction((tx) => store.deleteOverSessions(tx, nowMs, rowsAtOnce))
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#quietly(() => this.flush())
    this.#stopForgetting()
    this.#recentKeys.forget()
    this.#personIds.clear()
    this.#cache.stop()
  }

  readonly #isHeld = (tokenHash: string): boolean => this.#cache.holds(tokenHash)

  #live(tokenHash: string, session: store.Session | null): LiveSession | null | Promise<LiveSession | null> {
    const nowMs = this.#services.clock.nowMs()
    if (session === null || isExpired(session, nowMs)) return null
    if (isIdle(session, nowMs)) return this.#askWhetherIdle(tokenHash, nowMs)
    return this.#withPerson(tokenHash, session, nowMs)
  }

  // Another server may have seen the session since; the table knows.
  async #askWhetherIdle(tokenHash: string, nowMs: number): Promise<LiveSession | null> {
    const session = await this.#cache.read(tokenHash)
    if (session === null || isIdle(session, nowMs)) return null
    return this.#withPerson(tokenHash, session, nowMs)
  }

  #withPerson(
    tokenHash: string,
    session: store.Session,
    nowMs: number,
  ): LiveSession | null | Promise<LiveSession | null> {
    if (isWorthTouching(session, nowMs)) {
      session.lastSeenAtMs = nowMs
      this.#touched.set(tokenHash, session.personId)
    }
    const person = this.#directory.get(session.personId)
    return person instanceof Promise ? person.then((found) => pair(session, found)) : pair(session, person)
  }

  // The database makes a new text for each row: of one person's sessions all hold the same, which is 56 bytes for each.
  #sharingId(session: store.Session | null): store.Session | null {
    if (session === null) return null
    const known = this.#personIds.get(session.personId)
    if (known !== undefined) return { ...session, personId: known }
    if (this.#personIds.size >= maxIdsShared) this.#personIds.clear()
    this.#personIds.set(session.personId, session.personId)
    return session
  }

  async #tell(tx: Tx, tokenHash: string): Promise<void> {
    await this.#storage.recordChange(tx, { kind: sessionChange, objectId: tokenHash })
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#services.log.warn({ err: error }, 'sessions could not be written; the next round tries again')
    }
  }
}

function pair(session: store.Session, person: KnownPerson | null): LiveSession | null {
  return person === null || !person.enabled ? null : { session, person }
}
