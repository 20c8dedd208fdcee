import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { breakAudit, loseNextCommit } from '../../support/broken-storage.ts'
import { engines } from '../../support/engines.ts'
import type { testLog } from '../../support/services.ts'
import { openWorld, stranger, wrongCode } from './world.ts'

const accepted = { accepted: true }

describe.each(engines)('a verdict on $name', (engine) => {
  it('T91 law 3, law 4: is not given while the audit cannot be written, and nothing of it stays', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const mend = await breakAudit(world.core.storage)
    const forged = { code: 'audit_head_forged' }
    await expect(world.judge('ada', world.code('ada'))).rejects.toMatchObject(forged)
    for (let guess = 0; guess < 6; guess += 1) {
      await expect(world.judge('ada', wrongCode(world, 'ada'), { source: stranger })).rejects.toMatchObject(forged)
    }
    await mend()
    // Neither was the step spent nor a guess charged: five would have closed this step to strangers.
    expect(await world.judge('ada', world.code('ada'), { source: stranger })).toMatchObject(accepted)
    const { items } = await world.core.audit.list({ action: 'subject.verify' })
    expect(items).toHaveLength(1)
  })

  it('T04 law 7: leaves only after the commit, and a lost commit leaves no trace', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const code = world.code('ada')
    loseNextCommit(world.core.storage, 'hotTransaction')
    await expect(world.judge('ada', code)).rejects.toMatchObject({ code: 'database_away' })
    expect(await world.judge('ada', code)).toMatchObject(accepted)
    const { items } = await world.core.audit.list({ action: 'subject.verify' })
    expect(items).toHaveLength(1)
  })

  it('T20 law 5: counts guesses over servers and restarts', async () => {
    const place = await engine.freshPlace()
    const rootKey = newRootKey()
    const first = await openWorld(engine, { place, rootKey })
    await first.addSubject('ada')
    for (let guess = 0; guess < 5; guess += 1) {
      await first.judge('ada', wrongCode(first, 'ada'), { source: stranger })
    }
    const second = await openWorld(engine, { place, rootKey, clock: first.clock })
    const verdict = await second.judge('ada', first.code('ada'), { source: stranger })
    expect(verdict).toMatchObject({ accepted: false, reason: 'locked' })
  })

  it('T50 law 2: writes no code into the log, right, wrong or refused by a fault', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const codes = [wrongCode(world, 'ada'), world.code('ada')]
    for (const code of [...codes, ...codes]) await world.judge('ada', code)
    const mend = await breakAudit(world.core.storage)
    for (const code of codes) await world.judge('ada', code).catch(() => undefined)
    await mend()
    const { lines } = world.core.services.log as ReturnType<typeof testLog>
    const told = JSON.stringify(lines)
    expect(codes.filter((code) => new RegExp(`(?<!\\d)${code}(?!\\d)`).test(told))).toEqual([])
  })

  it('T87 law 6: does not come from a secret that was copied from another subject', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    await world.addSubject('eve')
    const { storage } = world.core
    const { sealed_secret } = await storage.db
      .selectFrom('subject')
      .select('sealed_secret')
      .where('name', '=', 'eve')
      .executeTakeFirstOrThrow()
    await storage.transaction((tx) =>
      tx.updateTable('subject').set({ sealed_secret }).where('name', '=', 'ada').execute(),
    )
    await expect(world.judge('ada', world.code('eve'))).rejects.toMatchObject({ code: 'subject_unreadable' })
  })
})
