import { randomUUID } from 'node:crypto'
import { newToken } from '../../../crypto/token.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Storage, Tx } from '../../database/storage.ts'
import type { Actor } from '../../http/actor.ts'
import type { Services } from '../../http/services.ts'
import { FreshCache } from '../fresh-cache.ts'
import { asActor, type Directory, type KnownPerson } from '../people/directory.ts'
import { tokenKey } from '../token-key.ts'
import * as store from './store.ts'

/** Kind of change that ends a cached token; the object id is its key. */
export const tokenChange = 'token'

/** What every token of ours begins with, so that scanners find leaked ones. */
export const tokenPrefix = 'ww_'

/** A token about to be made. */
export interface TokenWish {
  readonly name: string
  readonly owner: store.TokenOwner
  readonly personId?: string
  readonly realmId?: string
  readonly scopes: readonly string[]
  readonly gateLimits?: store.GateLimits
  readonly createdBy: string
  readonly expiresAtMs?: number | null
  /** Of another system's making: kept as it is instead of a new random one. */
  readonly id?: string
  readonly token?: string
  readonly legacyBcrypt?: string
}

/** A token that opens something, and its person where it has one. */
export interface OpenToken {
  readonly token: store.AccessToken
  readonly person: KnownPerson | null
}

const maxTokensKept = 20_000
const flushEveryMs = 10_000

/** What opens the API to programs: random, shown once, kept as SHA-256, ready in memory. */
export class Tokens {
  readonly #storage: Storage
  readonly #services: Services
  readonly #directory: Directory
  readonly #cache: FreshCache<store.AccessToken>
  readonly #used = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #readGateLimits = (limits: store.GateLimits): store.GateLimits => limits

  constructor(storage: Storage, services: Services, directory: Directory) {
    this.#storage = storage
    this.#services = services
    this.#directory = directory
    this.#cache = new FreshCache({
      changes: storage.changes,
      kind: tokenChange,
      load: (key) => store.tokenByKey(storage.db, key),
      maxEntries: maxTokensKept,
    })
    this.#timer = setInterval(() => void this.flush(), flushEveryMs)
    this.#timer.unref()
  }

  /** The gate says how limits of its tokens are spelled, and refuses those that could never match. */
  readGateLimitsBy(read: (limits: store.GateLimits) => store.GateLimits): void {
    this.#readGateLimits = read
  }

  /** Limits as the gate reads them; throws its failure. */
  readGateLimits(limits: store.GateLimits): store.GateLimits {
    return this.#readGateLimits(limits)
  }

  /** Makes a token in the transaction that audits it; the text is told this once, null for one kept as bcrypt. */
  async create(tx: Tx, wish: TokenWish): Promise<{ token: store.AccessToken; text: string | null }> {
    const text = wish.legacyBcrypt === undefined ? (wish.token ?? newToken(tokenPrefix)) : null
    const token: store.AccessToken = {
      id: wish.id ?? randomUUID(),
      name: wish.name,
      owner: wish.owner,
      personId: wish.personId ?? null,
      realmId: wish.realmId ?? null,
      scopes: wish.scopes,
      gateLimits: wish.gateLimits ?? null,
      createdBy: wish.createdBy,
      createdAtMs: this.#services.clock.nowMs(),
      expiresAtMs: wish.expiresAtMs ?? null,
      lastUsedAtMs: null,
      enabled: true,
    }
    await store.insertToken(tx, {
      ...token,
      tokenKey: text === null ? null : tokenKey(text),
      ...(wish.legacyBcrypt === undefined ? {} : { legacyBcrypt: wish.legacyBcrypt }),
    })
    // A token of another system may have been refused before it was imported, and that be remembered.
    if (wish.legacyBcrypt !== undefined) await this.#tell(tx, token.id)
    return { token, text }
  }

  /** The token behind a text while it opens anything, else null. At once from memory, else as a promise. */
  open(text: string): OpenToken | null | Promise<OpenToken | null> {
    const token = this.#cache.get(tokenKey(text))
    return token instanceof Promise ? token.then((found) => this.#usable(found)) : this.#usable(token)
  }

  /** Whoever a token's text speaks for, or null when it opens nothing. */
  identify(text: string, address: string): Actor | null | Promise<Actor | null> {
    const opened = this.open(text)
    if (opened instanceof Promise) return opened.then((found) => (found === null ? null : actorOf(found, address)))
    return opened === null ? null : actorOf(opened, address)
  }

  find(id: string) {
    return store.tokenById(this.#storage.db, id)
  }

  list(
    filter: { personId?: string | undefined; realmId?: string | undefined },
    page: { limit: number; before?: { createdAtMs: number; id: string } | undefined },
  ): Promise<store.AccessToken[]> {
    return store.listTokens(this.#storage.db, filter, page)
  }

  /** Changes a token. @throws {@link Failure} `token_not_found`, `token_disabled_from_above` */
  async change(tx: Tx, id: string, change: store.TokenChange): Promise<void> {
    const isChanged = await store.changeToken(tx, id, change)
    const token = await store.tokenById(tx, id)
    if (token === null) throw new Failure('token_not_found')
    if (!isChanged) throw new Failure('token_disabled_from_above')
    await this.#tell(tx, token.tokenKey)
  }

  /** Ends one token or all of a person, on every server; answers how many. */
  async end(tx: Tx, filter: { id: string } | { personId: string }): Promise<number> {
    const ended = await store.deleteTokens(tx, filter)
    for (const token of ended) await this.#tell(tx, token.tokenKey)
    return ended.length
  }

  /** Writes when tokens were last used. */
  async flush(): Promise<void> {
    const ids = [...this.#used]
    if (ids.length === 0) return
    this.#used.clear()
    try {
      await this.#storage.transaction((tx) => store.markUsed(tx, ids, this.#services.clock.nowMs()))
    } catch (error) {
      this.#services.log.warn({ err: error }, 'last use of tokens could not be written')
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
    this.#cache.stop()
  }

  #usable(token: store.AccessToken | null): OpenToken | null | Promise<OpenToken | null> {
    const nowMs = this.#services.clock.nowMs()
    if (token === null || !token.enabled || (token.expiresAtMs !== null && nowMs >= token.expiresAtMs)) return null
    this.#touch(token, nowMs)
    if (token.personId === null) return { token, person: null }
    const person = this.#directory.get(token.personId)
    return person instanceof Promise ? person.then((found) => withPerson(token, found)) : withPerson(token, person)
  }

  // Written at most every 10 s, and no part of any promise (law 3).
  #touch(token: store.AccessToken, nowMs: number): void {
    if (token.lastUsedAtMs !== null && nowMs - token.lastUsedAtMs < flushEveryMs) return
    token.lastUsedAtMs = nowMs
    this.#used.add(token.id)
  }

  async #tell(tx: Tx, key: string | null): Promise<void> {
    if (key !== null) await this.#storage.recordChange(tx, { kind: tokenChange, objectId: key })
  }
}

/** Who acts when this token is shown. */
export function actorOf({ token, person }: OpenToken, address: string): Actor {
  const { id: tokenId, name, scopes } = token
  if (token.owner === 'root') return { kind: 'root', tokenId, scopes, address }
  if (person === null) {
    return { kind: 'service', tokenId, name, scopes, address, ...(token.realmId && { realmId: token.realmId }) }
  }
  return {
    ...asActor(person),
    address,
    tokenId,
    // A command that a person signed in speaks for the whole person.
    ...(token.owner === 'device' ? {} : { scopes }),
    factors: 'two',
    authenticatedAtMs: token.createdAtMs,
  }
}

function withPerson(token: store.AccessToken, person: KnownPerson | null): OpenToken | null {
  return person === null || !person.enabled ? null : { token, person }
}
