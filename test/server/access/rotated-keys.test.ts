import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { rotateDataKeys } from '../../../src/server/keys/rotation.ts'
import { findUnknownKeys } from '../../../src/server/keys/status.ts'
import { openTestCore, type TestCore } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { testClock } from '../../support/services.ts'
import { openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, logIn } from './people.ts'

const by = { actorKind: 'operator', actorId: 'operator:test', actorName: 'test' }

/** Rotates twice, ages ago: the keys of the beginning are removed by the second rotation. */
async function rotateAway(core: TestCore): Promise<void> {
  await rotateDataKeys(core, { by, settleMs: 0 })
  await core.storage.transaction((tx) =>
    tx.updateTable('data_key').set({ retired_at_ms: 1 }).where('retired_at_ms', 'is not', null).execute(),
  )
  expect((await rotateDataKeys(core, { by, settleMs: 0 })).removedKeys).toBeGreaterThan(0)
}

describe.each(engines)('people after rotations of the keys on $name', (engine) => {
  it('T88 get codes that every server opens, also one that ran all the while', async () => {
    const at = { place: await engine.freshPlace(), rootKey: newRootKey(), clock: testClock() }
    const house = await openHouse(engine, at)
    const { rootToken } = await addFirstAdministrator(house)
    const core = await openTestCore(engine, at)
    await rotateAway(core)
    const person = await addPerson(house, rootToken, { username: 'bob' })
    expect(await findUnknownKeys(core)).toEqual([])
    await expect(logIn(await openHouse(engine, at), person)).resolves.toBeDefined()
  })
})
