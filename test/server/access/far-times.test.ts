import { expect, it } from 'vitest'
import { createAccount, createToken, listTokens, updateSettings } from '../../../src/api/index.ts'
import { openFreshClient } from '../../support/begin-store.ts'

const refused = { problem: { code: 'bad_request' } }

it.each([2 ** 53 + 2, 1e300, 8.64e15 + 2])('no token ends at %d, where no clock goes', async (expiresAtMs) => {
  const client = await openFreshClient()
  const body = { name: 'far', scopes: ['audit'], expiresAtMs }
  await expect(client.call(createToken, { body })).rejects.toMatchObject(refused)
  expect((await client.call(listTokens, { query: { all: true } })).items).toEqual([])
})

it('no session lasts until a time that no clock shows', async () => {
  const client = await openFreshClient()
  const body = { sessionAbsoluteMs: Number.MAX_SAFE_INTEGER }
  await expect(client.call(updateSettings, { body })).rejects.toMatchObject(refused)
})

it('no counter begins where it could not be counted on', async () => {
  const client = await openFreshClient()
  const uri = `otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&counter=${Number.MAX_SAFE_INTEGER}`
  await expect(client.call(createAccount, { body: { uri } })).rejects.toMatchObject({
    problem: { code: 'otp_counter_out_of_range' },
  })
})
