import { describe, expect, it } from 'vitest'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { openWorld } from './world.ts'

const accepted = { accepted: true }
const refused = (reason: string) => ({ accepted: false, reason })

describe.each(engines)('changes made at once on $name', (engine) => {
  it('T101 keeps a record whole under parallel changes and verdicts', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const change = async (email: string) => {
      const subject = await world.subjects.find(world.realm, 'ada')
      if (subject === null) throw new Error('ada is gone')
      await world.core.storage.transaction((tx) =>
        world.subjects.change(tx, world.realm, subject, { email }, byOperator),
      )
    }
    const changes = Array.from({ length: 10 }, (_, index) => change(`ada${index}@example.com`))
    const verdicts = await Promise.all(Array.from({ length: 30 }, () => world.judge('ada', world.code('ada'))))
    await Promise.all(changes)
    expect(verdicts.filter(({ accepted: isAccepted }) => isAccepted)).toHaveLength(1)
    const record = await world.subjects.find(world.realm, 'ada')
    expect(record).toMatchObject({ name: 'ada', email: expect.stringMatching(/^ada\d@example\.com$/), enabled: 1 })
    const { items } = await world.core.audit.list({ action: 'subject.update' })
    expect(items).toHaveLength(10)
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(refused('replayed'))
    world.clock.advance(30_000)
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(accepted)
  })

  it('T101 loses none of the changes that several make to one record at once', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const seen = await world.subjects.find(world.realm, 'ada')
    if (seen === null) throw new Error('ada is gone')
    await Promise.all(
      [{ email: 'ada@example.com' }, { isEnabled: false }, { name: 'ada lovelace' }].map((change) =>
        world.core.storage.transaction((tx) => world.subjects.change(tx, world.realm, seen, change, byOperator)),
      ),
    )
    expect(await world.subjects.find(world.realm, 'ada lovelace')).toMatchObject({
      email: 'ada@example.com',
      enabled: 0,
    })
  })
})
