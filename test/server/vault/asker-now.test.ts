import { describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/server/http/actor.ts'
import { engines } from '../../support/engines.ts'
import { testClock } from '../../support/services.ts'
import { openTestVault, serveVault } from '../../support/vault.ts'

const periodStartMs = 1_800_000_000_000
const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

describe.each(engines)('whoever waits for a code on $name', (engine) => {
  /** Asks for a fresh code late in a step; `meanwhile` happens while the request waits for the next one. */
  async function waitWhile(meanwhile: (actors: Record<string, Actor>, ana: Actor) => void) {
    const clock = testClock(periodStartMs + 29_000)
    const actors: Record<string, Actor> = {}
    const test = await openTestVault(engine, {
      clock,
      sleep: async (ms) => {
        clock.advance(ms)
        meanwhile(actors, ana)
      },
    })
    const group = await test.group('sentries')
    const ana = await test.person('ana', { groupIds: ['everyone', group] })
    actors['ana'] = ana
    const app = await serveVault(test, actors)
    const admin = await test.person('admin', { role: 'administrator' })
    const grants = [{ grantee: 'group', granteeId: group, right: 'reveal' } as const]
    const { id } = await test.vault.add(admin, { label: 'AWS', secretBase32, grants })
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/accounts/${id}/reveal`,
      headers: { 'x-test-actor': 'ana' },
      payload: { minSeconds: 10 },
    })
    const { items } = await test.core.audit.list({ action: 'account.reveal' })
    return {
      status: answer.statusCode,
      body: answer.json<{ code: string }>(),
      outcomes: items.map((one) => one.outcome),
    }
  }

  it('is shown it while their rights last', async () => {
    const { status, outcomes } = await waitWhile(() => {})
    expect([status, outcomes]).toEqual([200, ['accepted']])
  })

  it('T96 is shown none once they left the group', async () => {
    const { status, body, outcomes } = await waitWhile((actors, ana) => {
      actors['ana'] = { ...ana, groupIds: ['everyone'] } as Actor
    })
    expect([status, body.code, outcomes]).toEqual([404, 'account_not_found', ['denied']])
  })

  it('T96 is shown none once their session or token is over', async () => {
    const { status, body, outcomes } = await waitWhile((actors) => delete actors['ana'])
    expect([status, body.code, outcomes]).toEqual([401, 'login_needed', []])
  })
})
