import { describe, expect, it } from 'vitest'
import type { NoticeEvent } from '../../../src/server/access/notices/events.ts'
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
    const make = () => new Herald(core, notices, subjects)
    return { storage, audit, told, make }
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
    one.stop()
    other.stop()
  })

  it('invents nothing where nothing was used up', async () => {
    const { storage, audit, told, make } = await open()
    await storage.transaction((tx) => audit.append(tx, [{ ...capped, action: 'subject.verify', objectId: 's1' }]))
    const herald = make()
    await herald.look()
    expect(told).toEqual([])
    herald.stop()
  })
})
