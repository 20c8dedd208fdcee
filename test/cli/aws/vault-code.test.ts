import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { vaultCode } from '../../../src/cli/aws/vault-code.ts'
import { createClient } from '../../../src/client/client.ts'
import { json, startDouble, type RunningDouble } from '../../support/aws/double-server.ts'

describe('codes of the team’s vault', () => {
  let vault: RunningDouble
  let step = 100
  const clock = {
    nowMs: () => 0,
    sleep: () => {
      step += 1
      return Promise.resolve()
    },
  }
  beforeEach(async () => {
    step = 100
    vault = await startDouble(({ url }) => {
      const times = { validFromMs: step * 30_000, validUntilMs: (step + 1) * 30_000, serverTimeMs: step * 30_000 }
      if (url.pathname === '/v1/accounts/a1/reveal') return json(200, { code: `code${step}`, step, ...times })
      return json(200, {
        items: [
          { id: 'a0', label: 'okta-other' },
          { id: 'a1', label: 'okta' },
        ],
        next: null,
      })
    })
  })
  afterEach(() => vault.stop())

  const client = () => createClient({ baseUrl: vault.origin, token: 'token' })

  it('reveals the account of exactly this label', async () => {
    expect(await vaultCode(client(), 'okta', { clockOffsetMs: 0 }, clock)).toEqual({ code: 'code100', step: 100 })
  })

  it('waits for a step that was not used', async () => {
    expect(await vaultCode(client(), 'okta', { clockOffsetMs: 0, afterStep: 101 }, clock)).toEqual({
      code: 'code102',
      step: 102,
    })
  })

  it('does not guess which account is meant', async () => {
    await expect(vaultCode(client(), 'okt', { clockOffsetMs: 0 }, clock)).rejects.toMatchObject({
      code: 'agent_name_ambiguous',
    })
  })
})
