import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { KyselyPlugin } from 'kysely'
import type { NoticeEvent } from '../../../src/server/access/notices/events.ts'
import type { Core } from '../../../src/server/audit/core.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { Herald } from '../../../src/server/operation/herald.ts'
import { openTestCore } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'

const capped = {
  action: 'subject.capped',
  actorKind: 'service',
  actorId: 't',
  actorName: 'shop',
  objectKind: 'subject',
  outcome: 'done' as const,
}

describe.each(engines)('the herald on $name', (engine) => {
  async function open() {
    const core = await openTestCore(engine)
    const { storage, audit } = core
    const told: NoticeEvent[] = []
    const notices = { post: async (_tx: unknown, event: NoticeEvent) => void told.push(event) }
    const subjects = { realm: async () => ({ id: 'people-realm' }) as never }
    const begin = (over: Core) => new Herald(over, notices, subjects)
    // Its own looks, one a second, are over: it looks when the test says so.
    const make = (over: Core = core) => {
      const herald = begin(over)
      void herald.stop()
      return herald
    }
    return { core, storage, audit, told, begin, make }
  }

  it('T95 tells administrators of a used-up budget and a person of their own lock, each once', async () => {
    const { storage, audit, told, make } = await open()
    await storage.transaction((tx) =>
      audit.append(tx, [
        { ...capped, objectId: 's1', objectName: 'bob', realmId: 'shop-realm' },
        { ...capped, action: 'subject.verify', objectId: 's1', outcome: 'refused' },
        { ...capped, objectId: 's2', objectName: 'person-1', realmId: 'people-realm' },
      ]),
    )
    const [one, other] = [make(), make()]
    await Promise.all([one.look(), other.look()])
    await one.look()
    expect(told.map(({ event, personIds, toAdministrators }) => ({ event, personIds, toAdministrators }))).toEqual([
      { event: 'subject.cap_reached', toAdministrators: true },
      { event: 'subject.locked', personIds: ['person-1'] },
    ])
  })

  it('asks nothing about chains where nothing happened since it looked', async () => {
    const { core, storage, audit, told, make } = await open()
    await storage.transaction((tx) => audit.append(tx, [{ ...capped, objectId: 's1', objectName: 'bob' }]))
    let queries = 0
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => ((queries += 1), node),
      transformResult: async ({ result }) => result,
    }
    const db = storage.db.withPlugin(counting)
    const herald = make({ ...core, storage: { db, transaction: (work) => storage.transaction(work) } as Storage })
    await herald.look()
    await herald.look()
    queries = 0
    await herald.look()
    expect(queries).toBe(1)

    await storage.transaction((tx) => audit.append(tx, [{ ...capped, objectId: 's2', objectName: 'eve' }]))
    await herald.look()
    expect(told.map(({ fields }) => fields?.['subjectId'])).toEqual(['s1', 's2'])
  })

  it('waits for a look that takes long instead of joining it with others, and stops behind it', async () => {
    const { core, storage, told, begin } = await open()
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>()
    let looks = 0
    const slow: KyselyPlugin = {
      transformQuery: ({ node }) => ((looks += 1), node),
      transformResult: ({ result }) => isReleased.then(() => result),
    }
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const herald = begin({ ...core, storage: { db: storage.db.withPlugin(slow) } as Storage })
    vi.advanceTimersByTime(10_000)
    expect(looks).toBe(1)
    let isStopped = false
    const stopping = herald.stop().then(() => (isStopped = true))
    await storage.ping()
    expect(isStopped).toBe(false)
    release()
    await stopping
    expect(told).toEqual([])
  })

  it('invents nothing where nothing was used up', async () => {
    const { storage, audit, told, make } = await open()
    await storage.transaction((tx) => audit.append(tx, [{ ...capped, action: 'subject.verify', objectId: 's1' }]))
    const herald = make()
    await herald.look()
    expect(told).toEqual([])
  })
})
