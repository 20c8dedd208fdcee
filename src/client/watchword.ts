import type { Static } from 'typebox'
import * as accounts from '../api/accounts.ts'
import * as tokens from '../api/tokens.ts'
import * as realms from '../api/realms.ts'
import * as subjects from '../api/subjects.ts'
import { type CallOptions, type Client, type ClientOptions, createClient } from './client.ts'
import { isRefusal } from './failures.ts'
import { type Pause, pause } from './pause.ts'
import type { Got } from './request.ts'

/** How a code of an account is wished for. */
export interface RevealWish extends CallOptions {
  /** Wait for a code that lives at least so long, at most one period. */
  readonly minSeconds?: number | undefined
  /** Also the next code, where it may be told. */
  readonly next?: boolean | undefined
  /** Wait for one's turn while somebody else holds the code, instead of failing. */
  readonly patient?: boolean | undefined
}

/** The API by its nouns. Every method throws as {@link Client.call} does. */
export interface Watchword {
  /** For endpoints that have no method of their own here. */
  readonly client: Client
  /** Judges a code, once. A lost answer is asked for again without spending a second code. */
  verify(realm: string, subject: string, code: string, options?: VerifyOptions): Promise<subjects.Verdict>
  /** The code of a shared account at this moment. */
  reveal(account: string, wish?: RevealWish): Promise<accounts.RevealAnswer>
  readonly realms: {
    list(search?: string): AsyncGenerator<realms.Realm>
    read(realm: string): Promise<realms.Realm>
    create(given: Static<typeof realms.RealmCreate>): Promise<realms.Realm>
    update(realm: string, given: Static<typeof realms.RealmUpdate>): Promise<realms.Realm>
    remove(realm: string): Promise<void>
  }
  readonly subjects: {
    list(realm: string, search?: string): AsyncGenerator<subjects.Subject>
    read(realm: string, subject: string): Promise<subjects.Subject>
    create(realm: string, given: Static<typeof subjects.SubjectCreate>): Promise<subjects.Subject>
    update(realm: string, subject: string, given: Static<typeof subjects.SubjectUpdate>): Promise<subjects.Subject>
    remove(realm: string, subject: string): Promise<void>
    /** Makes a new secret; it is pending until its first accepted code. */
    enrol(realm: string, subject: string): Promise<subjects.Enrolment>
  }
  readonly accounts: {
    list(search?: string): AsyncGenerator<accounts.Account>
    read(account: string): Promise<accounts.Account>
    create(given: Static<typeof accounts.AccountCreate>): Promise<Got<typeof accounts.createAccount>>
    update(account: string, given: Static<typeof accounts.AccountUpdate>): Promise<accounts.Account>
    remove(account: string): Promise<void>
    grant(account: string, given: Static<typeof accounts.GrantSpec>): Promise<Got<typeof accounts.createGrant>>
  }
  readonly tokens: {
    list(): AsyncGenerator<Got<typeof tokens.listTokens>['items'][number]>
    create(given: Static<typeof tokens.TokenCreate>): Promise<Got<typeof tokens.createToken>>
    remove(token: string): Promise<void>
  }
}

export interface VerifyOptions extends CallOptions {
  /** Who is typing, as the caller knows it: guesses are counted for each source. */
  readonly source?: string | undefined
}

/** A period and a little: what waits for a fresh code waits no longer. */
const waitingTimeoutMs = 45_000

/** Connects to a server by its address and a token. */
export function connect(options: ClientOptions): Watchword {
  const client = createClient(options)
  return {
    client,
    verify: (realm, subject, code, { source, ...call } = {}) =>
      client.call(
        subjects.verifyCode,
        { params: { realm, subject }, body: { code, ...(source === undefined ? {} : { source }) } },
        named(call),
      ),
    reveal: (account, wish = {}) => reveal(client, options.delay ?? pause, account, wish),
    realms: realmMethods(client),
    subjects: subjectMethods(client),
    accounts: accountMethods(client),
    tokens: tokenMethods(client),
  }
}

/** A call under a name: its own, or a fresh one. */
function named(call: CallOptions): CallOptions {
  return { ...call, idempotencyKey: call.idempotencyKey ?? crypto.randomUUID() }
}

async function reveal(
  client: Client,
  delay: Pause,
  account: string,
  { minSeconds, next, patient = false, ...call }: RevealWish,
): Promise<accounts.RevealAnswer> {
  const body = { ...(minSeconds === undefined ? {} : { minSeconds }), ...(next === undefined ? {} : { next }) }
  const timeoutMs = call.timeoutMs ?? (minSeconds === undefined ? undefined : waitingTimeoutMs)
  const options = { ...named(call), timeoutMs }
  for (;;) {
    try {
      return await client.call(accounts.revealCode, { params: { account }, body }, options)
    } catch (error) {
      const isHeld = isRefusal(error, 'reveal_lease_held') && error.retryAfterMs !== null
      if (!patient || !isHeld || error.retryAfterMs === null) throw error
      await delay(error.retryAfterMs, call.signal)
    }
  }
}

/** Every item of a list, page after page. */
export async function* pages<Item>(
  read: (cursor: { cursor?: string }) => Promise<{ items: Item[]; nextCursor?: string }>,
): AsyncGenerator<Item> {
  let cursor: string | undefined
  do {
    const page = await read(cursor === undefined ? {} : { cursor })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

const searching = (search: string | undefined) => (search === undefined ? {} : { search })

function realmMethods(client: Client): Watchword['realms'] {
  return {
    list: (search) => pages((page) => client.call(realms.listRealms, { query: { ...page, ...searching(search) } })),
    read: (realm) => client.call(realms.readRealm, { params: { realm } }),
    create: (body) => client.call(realms.createRealm, { body }),
    update: (realm, body) => client.call(realms.updateRealm, { params: { realm }, body }),
    remove: (realm) => client.call(realms.deleteRealm, { params: { realm } }),
  }
}

function subjectMethods(client: Client): Watchword['subjects'] {
  return {
    list: (realm, search) =>
      pages((page) =>
        client.call(subjects.listSubjects, { params: { realm }, query: { ...page, ...searching(search) } }),
      ),
    read: (realm, subject) => client.call(subjects.readSubject, { params: { realm, subject } }),
    create: (realm, body) => client.call(subjects.createSubject, { params: { realm }, body }),
    update: (realm, subject, body) => client.call(subjects.updateSubject, { params: { realm, subject }, body }),
    remove: (realm, subject) => client.call(subjects.deleteSubject, { params: { realm, subject } }),
    enrol: (realm, subject) => client.call(subjects.enrolSubject, { params: { realm, subject } }),
  }
}

function accountMethods(client: Client): Watchword['accounts'] {
  return {
    list: (search) => pages((page) => client.call(accounts.listAccounts, { query: { ...page, ...searching(search) } })),
    read: (account) => client.call(accounts.readAccount, { params: { account } }),
    create: (body) => client.call(accounts.createAccount, { body }),
    update: (account, body) => client.call(accounts.updateAccount, { params: { account }, body }),
    remove: (account) => client.call(accounts.deleteAccount, { params: { account } }),
    grant: (account, body) => client.call(accounts.createGrant, { params: { account }, body }),
  }
}

function tokenMethods(client: Client): Watchword['tokens'] {
  return {
    list: () => pages((page) => client.call(tokens.listTokens, { query: page })),
    create: (body) => client.call(tokens.createToken, { body }),
    remove: (token) => client.call(tokens.deleteToken, { params: { token } }),
  }
}
