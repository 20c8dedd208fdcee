import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import type { Audit } from '../../../src/server/audit/audit.ts'
import type { ChainEnds } from '../../../src/server/audit/follow.ts'
import type { AuditFilter } from '../../../src/server/audit/search.ts'
import { openTestAudit, record, someEvent } from '../../support/audit.ts'
import { engines } from '../../support/engines.ts'

async function above(audit: Audit, ends: ChainEnds, filter: AuditFilter = {}): Promise<string[]> {
  const found: string[] = []
  for await (const { objectId } of audit.above(ends, filter)) found.push(objectId)
  return found
}

const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => someEvent({ objectId: `${name}-${index}` }))

describe.each(engines)('following the audit on $name', ({ openStorage, freshPlace }) => {
  it('hears of each event once, however many come at once and whichever server wrote them', async () => {
    const [rootKey, place] = [newRootKey(), await freshPlace()]
    const [storage, other] = [await openStorage({ place }), await openStorage({ place })]
    const [audit, second] = [await openTestAudit(storage, { rootKey }), await openTestAudit(other, { rootKey })]
    await record(storage, audit, many('before', 3))
    const ends = await audit.ends()
    await record(storage, audit, many('here', 700))
    await record(other, second, many('there', 700))
    const heard = (await above(audit, ends)).filter((id) => /^(here|there|before)/.test(id))
    expect(heard.toSorted()).toEqual(
      [...many('here', 700), ...many('there', 700)].map(({ objectId }) => objectId).toSorted(),
    )
    expect(await above(audit, ends)).toEqual([])
  })

  it('hears only of what a filter asks for', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage, { rootKey: newRootKey() })
    const ends = await audit.ends()
    await record(storage, audit, [
      someEvent({ objectId: 'a', action: 'account.reveal', outcome: 'accepted' }),
      someEvent({ objectId: 'b', action: 'account.reveal', outcome: 'refused' }),
      someEvent({ objectId: 'c', action: 'person.login', outcome: 'refused' }),
    ])
    const asked = async (filter: AuditFilter) => above(audit, new Map(ends), filter)
    expect(await asked({ action: 'account.' })).toEqual(['a', 'b'])
    expect(await asked({ action: 'account.reveal', outcome: 'refused' })).toEqual(['b'])
    expect(await asked({ object: 'c' })).toEqual(['c'])
  })

  it('hears of what happened from one moment on and before another', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage, { rootKey: newRootKey() })
    const ends = await audit.ends()
    for (const [index, event] of many('second', 4).entries()) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, [event], index * 1000))
    }
    expect(await above(audit, new Map(ends), { afterMs: 1000, beforeMs: 3000 })).toEqual(['second-1', 'second-2'])
  })
})
