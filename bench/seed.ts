import { randomBytes, randomUUID } from 'node:crypto'
import { systemClock } from '../src/server/clock.ts'
import { readConfig } from '../src/server/config.ts'
import type { Actor } from '../src/server/http/actor.ts'
import { createMetrics } from '../src/server/http/metrics.ts'
import { createLogger, logOf } from '../src/server/log.ts'
import { openCore } from '../src/server/open-core.ts'
import { openRooms, type Rooms } from '../src/server/rooms.ts'
import { freshState } from '../src/server/subjects/decide.ts'
import type { NewRealm } from '../src/server/subjects/make-realm.ts'
import { activePlace } from '../src/server/subjects/roster.ts'
import { stateRow } from '../src/server/subjects/state-row.ts'

/** What a filled store gives the measurements. */
export interface Seeded {
  readonly token: string
  /** Secret of the subject at each index, `s0`, `s1`, … in realm `bench`. */
  readonly secrets: readonly Uint8Array[]
  readonly accountId: string
}

const rowsAtOnce = 500

/** Opens the rooms of a store in this process, runs the work, closes them. */
export async function withRooms<T>(
  variables: Readonly<Record<string, string>>,
  work: (rooms: Rooms) => Promise<T>,
): Promise<T> {
  const config = readConfig(variables)
  const core = await openCore(config, {
    clock: systemClock,
    log: logOf(createLogger('error')),
    metrics: createMetrics(),
    config,
  })
  const rooms = await openRooms(core)
  try {
    return await work(rooms)
  } finally {
    await rooms.stop()
    await core.close()
  }
}

/** The realm that is measured, unless another door's is. */
const usualRealm: NewRealm = { name: 'bench', origin: 'api', replay: 'once' }

/** Fills a store with a token, one shared account and subjects whose secrets are known to the load. */
export function seed(
  variables: Readonly<Record<string, string>>,
  subjects: number,
  realm: NewRealm = usualRealm,
): Promise<Seeded> {
  return withRooms(variables, async (rooms) => {
    const { core, access, vault } = rooms
    const actor: Actor = { kind: 'operator', name: 'bench', address: '' }
    const { text } = await core.storage.transaction((tx) =>
      access.tokens.create(tx, {
        name: 'bench',
        owner: 'service',
        scopes: ['verify:*', 'reveal:*', 'admin', 'enrol:*'],
        createdBy: 'bench',
      }),
    )
    const account = await vault.add(actor, {
      label: 'bench',
      secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      lease: 'off',
      grants: [{ grantee: 'everyone', right: 'reveal' }],
    })
    const secrets = await seedSubjects(rooms, actor, subjects, realm)
    return { token: text ?? '', secrets, accountId: account.id }
  })
}

// Straight into the tables: making a million subjects one by one over HTTP would be a benchmark of its own.
async function seedSubjects(
  { core, subjects }: Rooms,
  actor: Actor,
  count: number,
  wanted: NewRealm,
): Promise<Uint8Array[]> {
  const by = { actor, address: '', door: 'bench' }
  const realm = await subjects.ensureRealm(wanted, by)
  await core.keyRing.ready(realm.dataKeyId)
  const secrets = Array.from({ length: count }, () => randomBytes(20))
  const nowMs = Date.now()
  for (let first = 0; first < count; first += rowsAtOnce) {
    const rows = secrets.slice(first, first + rowsAtOnce).map((secret, offset) => {
      const id = randomUUID()
      const name = `s${first + offset}`
      const sealed = core.keyRing.seal(realm.dataKeyId, secret, activePlace(id))
      return { id, name, sealed, number: first + offset + 1 }
    })
    await core.storage.transaction(async (tx) => {
      await tx
        .insertInto('subject')
        .values(
          rows.map(({ id, name, sealed, number }) => ({
            id,
            realm_id: realm.id,
            name,
            name_key: name,
            number,
            email: '',
            enabled: 1,
            sealed_secret: sealed,
            algorithm: null,
            digits: null,
            period_seconds: null,
            pending_secret: null,
            pending_until_ms: null,
            pending_by: null,
            enrolled_at_ms: nowMs,
            created_at_ms: nowMs,
            updated_at_ms: nowMs,
          })),
        )
        .execute()
      await tx
        .insertInto('subject_state')
        .values(rows.map(({ id }) => ({ subject_id: id, ...stateRow(freshState()) })))
        .execute()
    })
  }
  return secrets
}
