import { expect, it } from 'vitest'
import { createAccount, listAudit, readKeys, rotateKeys } from '../../../src/api/index.ts'
import { openFreshClient } from '../../support/begin-store.ts'

it('T95 a rotation is audited once for its beginning and once for its end, however often it is asked for', async () => {
  const client = await openFreshClient()
  expect(await client.call(rotateKeys, {})).toEqual({ started: true })
  expect(await client.call(rotateKeys, {})).toEqual({ started: false })
  await expect.poll(async () => (await client.call(readKeys, {})).rotation).toBeNull()
  const { items } = await client.call(listAudit, { query: { action: 'keys.' } })
  expect(items.map(({ action }) => action)).toEqual(['keys.rotated', 'keys.rotate'])
})

it('shows how far a rotation is while it goes on', async () => {
  const client = await openFreshClient()
  for (const label of ['a', 'b', 'c']) {
    await client.call(createAccount, {
      body: { uri: `otpauth://totp/${label}?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ`, allowDuplicate: true },
    })
  }
  await client.call(rotateKeys, {})
  const { rotation } = await client.call(readKeys, {})
  expect(rotation).toMatchObject({ kind: 'data', total: expect.any(Number) })
  expect(rotation?.total).toBeGreaterThanOrEqual(3)
  expect(rotation?.done).toBeLessThan(rotation?.total ?? 0)
  await expect.poll(async () => (await client.call(readKeys, {})).rotation).toBeNull()
})
