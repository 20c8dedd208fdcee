import Fastify, { type FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { Audit } from '../../src/server/audit/audit.ts'
import type { Core } from '../../src/server/audit/core.ts'
import type { Storage } from '../../src/server/database/storage.ts'
import type { Actor, PersonActor, ServiceActor } from '../../src/server/http/actor.ts'
import { createApp } from '../../src/server/http/app.ts'
import { createChain } from '../../src/server/http/chain.ts'
import { createRouter } from '../../src/server/http/router.ts'
import type { VaultOptions } from '../../src/server/vault/room.ts'
import { vaultRoutes } from '../../src/server/vault/routes.ts'
import { createVault, type Vault } from '../../src/server/vault/vault.ts'
import type { DatabasePlace, TestEngine } from './engines.ts'
import { openTestKeyRing } from './key-ring.ts'
import { type TestClock, testClock, testLog, testServices } from './services.ts'
import { newRootKey, type RootKey } from '../../src/crypto/root-key.ts'

/** A vault on a fresh database, and the people around it. */
export interface TestVault {
  readonly vault: Vault
  readonly core: Core
  readonly clock: TestClock
  readonly log: ReturnType<typeof testLog>
  /** A person in the database and as an actor with a session of two factors. */
  person(username: string, change?: Partial<PersonActor>): Promise<PersonActor>
  /** A group in the database; put its id into an actor's `groupIds`. */
  group(name: string): Promise<string>
}

/** Where a second vault on the same database comes from. */
export interface SharedPlace {
  readonly place: DatabasePlace
  readonly rootKey: RootKey
}

export async function openTestVault(
  engine: TestEngine,
  options: VaultOptions & { clock?: TestClock; shared?: SharedPlace } = {},
): Promise<TestVault> {
  const { clock = testClock(), shared, ...vaultOptions } = options
  const storage = await engine.openStorage(shared === undefined ? {} : { place: shared.place })
  const keyRing = await openTestKeyRing(storage, shared?.rootKey ?? newRootKey())
  const log = testLog()
  const audit = new Audit({ storage, keyRing, clock, log })
  const core: Core = { storage, keyRing, audit, services: testServices({ clock, log }) }
  const vault = createVault(core, vaultOptions)
  onTestFinished(() => vault.stop())
  return {
    vault,
    core,
    clock,
    log,
    person: (username, change = {}) => addPerson(storage, clock, username, change),
    group: (name) => addGroup(storage, clock, name),
  }
}

/** The vault at its addresses; who calls stands in `x-test-actor`. */
export async function serveVault(test: TestVault, actors: Record<string, Actor>): Promise<FastifyInstance> {
  const chain = createChain()
  chain.authenticators.push((request) => actors[String(request.headers['x-test-actor'])] ?? null)
  const { services } = test.core
  const logger = Fastify({ logger: { level: 'silent' } }).log
  const app = await createApp({ services, chain, logger, onRefusal: async () => {} })
  vaultRoutes(createRouter(app), test.vault)
  onTestFinished(() => app.close())
  return app
}

/** A service with these scopes. */
export function testService(...scopes: string[]): ServiceActor {
  return { kind: 'service', tokenId: `token-${scopes.join()}`, name: 'robot', scopes, address: '127.0.0.1' }
}

/** A sleep that moves the clock instead of waiting. */
export function sleepBy(clock: TestClock): NonNullable<VaultOptions['sleep']> {
  return async (ms) => clock.advance(ms)
}

async function addPerson(
  storage: Storage,
  clock: TestClock,
  username: string,
  change: Partial<PersonActor>,
): Promise<PersonActor> {
  const personId = `person-${username}`
  const atMs = clock.nowMs()
  const actor: PersonActor = {
    kind: 'person',
    personId,
    username,
    role: 'member',
    groupIds: ['everyone'],
    mayAddAccounts: false,
    address: '127.0.0.1',
    sessionId: `session-${username}`,
    factors: 'two',
    authenticatedAtMs: atMs,
    ...change,
  }
  await storage.transaction((tx) =>
    tx
      .insertInto('person')
      .values({
        id: personId,
        username,
        username_key: username.toLowerCase(),
        display_name: username,
        email: '',
        source: 'local',
        oidc_issuer: null,
        oidc_subject: null,
        role: actor.role,
        disabled: 0,
        passphrase_hash: null,
        legacy_passphrase: null,
        preferences: '{}',
        last_seen_at_ms: null,
        created_at_ms: atMs,
        updated_at_ms: atMs,
      })
      .execute(),
  )
  return actor
}

async function addGroup(storage: Storage, clock: TestClock, name: string): Promise<string> {
  const id = `group-${name}`
  await storage.transaction((tx) =>
    tx
      .insertInto('group')
      .values({ id, name, source: 'local', role: 'member', may_add_accounts: 0, created_at_ms: clock.nowMs() })
      .execute(),
  )
  return id
}
