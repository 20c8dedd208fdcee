import { expect, it, onTestFinished } from 'vitest'
import { openGateHouse } from '../../support/gate/house.ts'

it('T96 the live audit ends with the token that asked for it, and tells nothing more', async () => {
  const house = await openGateHouse()
  onTestFinished(() => house.close())
  const { core, access } = house.rooms
  const wish = { name: 'watcher', owner: 'service', scopes: ['audit'], createdBy: 'test' } as const
  const { token, text } = await core.storage.transaction((tx) => access.tokens.create(tx, wish))
  const record = (objectId: string) =>
    core.storage.transaction(async (tx) => {
      const deed = { action: 'test.deed', outcome: 'done', objectKind: 'test', objectId } as const
      const actor = { actorKind: 'operator', actorId: 'operator:test', actorName: 'test' } as const
      await core.audit.append(tx, [{ ...actor, ...deed }])
    })

  const headers = { authorization: `Bearer ${text ?? ''}` }
  const response = await fetch(`http://127.0.0.1:${house.port}/v1/audit/events?action=test.deed`, { headers })
  const told: string[] = []
  const stream = (async () => {
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) told.push(part)
  })()
  await expect.poll(() => told.join('')).toContain('following')
  await record('before')
  await expect.poll(() => told.join('')).toContain('"objectId":"before"')

  await core.storage.transaction((tx) => access.tokens.end(tx, { id: token.id }))
  await record('after')
  await stream
  expect(told.join('')).not.toContain('"objectId":"after"')
})
